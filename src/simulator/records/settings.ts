import { mix } from '../random.ts';
import { lossReasonNames } from '../texts.ts';
import { type RecordBuilder, tableOf, tagName, type World } from './world.ts';

/** Reasons why leads are lost (kommo-api.md §8.3). */
export function lossReasonBuilder(world: World): RecordBuilder {
  const table = tableOf(world, 'loss_reasons');
  return {
    record: (row) => ({
      id: table.ids[row],
      name: lossReasonNames[row % lossReasonNames.length],
      sort: row * 1000,
      created_at: table.createdAt[row],
      updated_at: table.updatedAt[row],
    }),
  };
}

/** Tags of one kind of entity; only those of leads have a colour (kommo-api.md §16.3). */
export function tagBuilder(world: World, list: string): RecordBuilder {
  const table = tableOf(world, list);
  return {
    record: (row) => ({
      id: table.ids[row],
      name: tagName(world, row),
      color: list === 'lead_tags' && row % 2 === 0 ? 'D7EAB4' : null,
    }),
  };
}

/** Roles (kommo-api.md §7.3). */
export function roleBuilder(world: World): RecordBuilder {
  const table = tableOf(world, 'roles');
  return {
    record: (row) => ({
      id: table.ids[row],
      name: ['Manager', 'Оператор'][row % 2],
      rights: { leads: { view: 'A', edit: 'M', add: 'A', delete: 'D', export: 'D' }, mail_access: false },
    }),
    embedded: (_, wanted) =>
      wanted.has('users') ? { users: Array.from(tableOf(world, 'users').ids.subarray(0, 2)) } : undefined,
  };
}

/** Definitions of custom fields of one kind of entity (kommo-api.md §16.1). */
export function customFieldBuilder(world: World, entity: 'leads' | 'contacts' | 'companies'): RecordBuilder {
  const listed = new Set(['select', 'multiselect', 'radiobutton', 'category']);
  const fields = world.customFields[entity];
  return {
    record(row) {
      const field = fields[row % fields.length]!;
      const enums = listed.has(field.type)
        ? [1, 2, 3, 4].map((number) => ({
            id: field.id * 10 + number,
            value: `Option ${number}`,
            sort: number,
          }))
        : null;
      return {
        id: field.id,
        name: field.name,
        type: field.type,
        account_id: world.accountId,
        code: field.code,
        sort: 500 + row,
        is_api_only: mix(world.seed, row, 90) % 10 === 0,
        enums,
        group_id: row % 3 === 0 ? 'default' : null,
        required_statuses: row % 2 === 0 ? [] : null,
        is_deletable: field.code === null,
        is_predefined: field.code !== null,
        entity_type: entity,
        tracking_callback: null,
        remind: field.type === 'birthday' ? 'never' : null,
        triggers: [],
        currency: field.type === 'monetary' ? 'BRL' : null,
        ...(entity === 'leads' ? { hidden_statuses: [], is_computed: false } : {}),
      };
    },
  };
}
