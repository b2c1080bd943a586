import { isAlive } from '../marks.ts';
import { type Entity, entities } from './entities.ts';
import { elements, inside, localTime, member, valuesOfCode } from './expressions.ts';
import type { View } from './view.ts';

export const tagNames = (entity: string) =>
  `(SELECT group_concat(${member('tag', 'name')}, ', ') FROM ${elements(`${entity}.tags`, 'tag')})`;

const [, contacts, companies] = entities;

const peopleView = ({ table, one }: Entity): View => ({
  name: `${table}_view`,
  summary: `${one === 'contact' ? 'Contacts' : 'Companies'} with their phones and emails.`,
  reads: [table, 'users'],
  columns: {
    [`${one}_id`]: `${one}.id`,
    name: `${one}.name`,
    phones: valuesOfCode(one, 'PHONE'),
    emails: valuesOfCode(one, 'EMAIL'),
    responsible_user_id: `${one}.responsible_user_id`,
    responsible_user: 'person.name',
    tags: tagNames(one),
    created_at: localTime(`${one}.created_at`),
    updated_at: localTime(`${one}.updated_at`),
  },
  from: `${table} AS ${one}\nLEFT JOIN users AS person ON person.id = ${one}.responsible_user_id`,
  where: [isAlive(one)],
});

export const contactsView = peopleView(contacts);
export const companiesView = peopleView(companies);

export const usersView: View = {
  name: 'users_view',
  summary:
    'Users with their role and group. The column `group` of the table is a word that SQL keeps for itself.',
  reads: ['users'],
  columns: {
    user_id: 'person.id',
    name: 'person.name',
    email: 'person.email',
    role_id: inside('person.role', '[0].id'),
    role_name: inside('person.role', '[0].name'),
    group_id: inside('person."group"', '[0].id'),
    group_name: inside('person."group"', '[0].name'),
    is_admin: inside('person.rights', '.is_admin'),
    is_active: inside('person.rights', '.is_active'),
  },
  from: 'users AS person',
  where: [isAlive('person')],
};
