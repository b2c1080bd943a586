import { deletedAt, isAlive } from '../marks.ts';
import { inside, localTime, numberOf } from './expressions.ts';
import type { View } from './view.ts';

const param = (name: string) => inside('note.params', `.${name}`);

export const notesView: View = {
  name: 'notes_view',
  summary: 'Notes with their text and who wrote them.',
  reads: ['notes', 'users'],
  columns: {
    note_id: 'note.id',
    entity_type: 'note.entity_type',
    entity_id: 'note.entity_id',
    note_type: 'note.note_type',
    text: param('text'),
    created_by: 'note.created_by',
    created_by_name: 'author.name',
    responsible_user_id: 'note.responsible_user_id',
    responsible_user: 'person.name',
    is_pinned: 'note.is_pinned',
    created_at: localTime('note.created_at'),
    updated_at: localTime('note.updated_at'),
  },
  from:
    'notes AS note\nLEFT JOIN users AS author ON author.id = note.created_by\n' +
    'LEFT JOIN users AS person ON person.id = note.responsible_user_id',
  where: [isAlive('note')],
};

/** kommo-api.md §13 */
const outcomes = [
  'left a message',
  'call back later',
  'not there',
  'talked',
  'wrong number',
  'no answer',
  'busy',
];

/** Some telephony writes a user's id, as number or text, and some a name. */
const responsible = param('call_responsible');
const responsibleId = numberOf(responsible);

export const calls: View = {
  name: 'calls',
  summary:
    'Calls: notes of contacts, companies and leads that telephony has left there. Deleted ones are kept.',
  reads: ['notes', 'users'],
  columns: {
    note_id: 'note.id',
    entity_type: 'note.entity_type',
    entity_id: 'note.entity_id',
    direction: "CASE note.note_type WHEN 'call_in' THEN 'in' ELSE 'out' END",
    phone: `CAST(${param('phone')} AS TEXT)`,
    seconds: numberOf(param('duration')),
    status:
      `CASE CAST(${param('call_status')} AS INTEGER) ` +
      `${outcomes.map((words, place) => `WHEN ${place + 1} THEN '${words}'`).join(' ')} END`,
    result: param('call_result'),
    user_id: `coalesce(${responsibleId}, note.responsible_user_id)`,
    user_name: `coalesce(caller.name, CASE WHEN ${responsibleId} IS NULL THEN nullif(${responsible}, '') END, person.name)`,
    called_at: localTime('note.created_at'),
    link: param('link'),
    source: param('source'),
    is_deleted: `note.${deletedAt} IS NOT NULL`,
  },
  from:
    `notes AS note\nLEFT JOIN users AS caller ON caller.id = ${responsibleId}\n` +
    'LEFT JOIN users AS person ON person.id = note.responsible_user_id',
  where: ["note.note_type IN ('call_in', 'call_out')"],
};
