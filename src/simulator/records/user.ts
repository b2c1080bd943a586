import { uuid } from '../custom-field-values.ts';
import { mix } from '../random.ts';
import { firstNames, lastNames } from '../texts.ts';
import { type RecordBuilder, referenceTo, tableOf, type World } from './world.ts';

const letters = ['A', 'G', 'M', 'D'];

/** Users (kommo-api.md §7.2), among them one who is deactivated and rights in every state of disrepair. */
export function userBuilder(world: World): RecordBuilder {
  const table = tableOf(world, 'users');
  const { seed } = world;
  const groupOf = (row: number) => (row % 3 === 0 ? null : 500_001 + (row % 2));
  const roleOf = (row: number) => (row === 0 || row % 3 === 1 ? null : referenceTo(world, 'roles', row));
  return {
    record(row) {
      const chance = mix(seed, row, 80);
      const name =
        `${firstNames[chance % firstNames.length]} ${lastNames[(chance >>> 5) % lastNames.length]}`.trim();
      return {
        id: table.ids[row],
        name: name || `User ${row}`,
        email: `user${row + 1}@example.com`,
        lang: ['en', 'ru', 'pt', 'es'][row % 4],
        rights: {
          ...rights(chance),
          is_admin: row === 0,
          is_free: row > 8 && row % 5 === 4,
          is_active: !isDeactivated(row),
          group_id: groupOf(row),
          role_id: roleOf(row),
          // null or an array, and the malformed rights of a server bug (observed-data.md §2).
          status_rights:
            row % 2 === 0
              ? null
              : [
                  {
                    entity_type: 'leads',
                    pipeline_id: 3_000_001,
                    status_id: 142,
                    rights: { view: 'A', edit: 'M' },
                  },
                ],
          catalog_rights: row % 4 === 0 ? null : row % 4 === 1 ? [] : [{ catalog_id: 'add', rights: 'A' }],
          custom_fields_rights: null,
          oper_day_reports_view_access: false,
          files_access: row % 2 === 0,
        },
      };
    },
    extra(row, wanted) {
      const keys: Record<string, unknown> = {};
      if (wanted.has('uuid')) keys.uuid = uuid(mix(seed, row, 81));
      if (wanted.has('amojo_id')) keys.amojo_id = row % 5 === 4 ? null : uuid(mix(seed, row, 82));
      if (wanted.has('user_rank')) keys.user_rank = ['newbie', 'candidate', 'master'][row % 3];
      if (wanted.has('phone_number')) keys.phone_number = row % 2 === 0 ? null : `+55 11 9${row}000-0000`;
      return keys;
    },
    embedded(row, wanted) {
      if (!wanted.has('role') && !wanted.has('group')) return undefined;
      const embedded: Record<string, unknown> = {};
      const role = roleOf(row);
      const group = groupOf(row);
      if (wanted.has('role')) embedded.roles = role === null ? [] : [{ id: role, name: `Role ${role}` }];
      if (wanted.has('group'))
        embedded.groups = group === null ? [] : [{ id: group, name: `Отдел ${group}` }];
      return embedded;
    },
  };
}

/** The users who left: whether they are listed is a reading (kommo-api.md §20, 12). */
export function isDeactivated(row: number): boolean {
  return row % 7 === 5;
}

function rights(chance: number): Record<string, unknown> {
  const letter = (shift: number) => letters[(chance >>> shift) % 4];
  const entity = (shift: number) => ({
    view: letter(shift),
    edit: letter(shift + 1),
    add: 'A',
    delete: letter(shift + 2),
    export: 'D',
  });
  return {
    leads: entity(2),
    contacts: entity(4),
    companies: entity(6),
    tasks: { edit: letter(8), delete: letter(9) },
    mail_access: chance % 2 === 0,
    catalog_access: chance % 3 === 0,
  };
}
