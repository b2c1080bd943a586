import { type ListDeclaration, plain } from '../list-declaration.ts';
import { noteParams, noteTypes } from '../records/note.ts';
import { type Row, shaped } from '../records/row.ts';
import { unsortedMetadata } from '../records/unsorted.ts';

type Entity = 'leads' | 'contacts' | 'companies' | 'customers';

/** Ids repeat from one list to the next: it is nowhere said that they do not (kommo-api.md §20, 19). */
const FIRST_NOTE = 400_000_000;
/** More than a list has notes. */
const APART = 50_000_000;
const withNotes = ['leads', 'contacts', 'companies', 'customers'];

/** Notes, calls among them (kommo-api.md §13). */
function notes(entity: Entity, share: number): ListDeclaration {
  const name = `${entity}_notes`;
  return {
    ...plain,
    name,
    path: `${entity}/notes`,
    also: [`${entity}/{${entity}}/notes`],
    key: 'notes',
    orders: ['updated_at', 'id'],
    dates: ['updated_at'],
    scalarDate: 'after',
    values: { id: 'id', entity_id: 'entity_id', note_type: 'note_type' },
    marker: 'params',
    parent: { list: entity, field: 'entity_id', touched: false },
    subject: { doubt: 'notesTouch', of: ({ entity_id }) => ({ list: entity, id: entity_id as number }) },
    stream: { name: 'notes', key: ({ id }) => [entity, id as number] },
    rows: (size, of) => (of(entity) === 0 ? 0 : Math.ceil(size.leads * share)),
    firstId: FIRST_NOTE,
    ownFirstId: FIRST_NOTE + APART * withNotes.indexOf(entity),
    builder: shaped(name, {
      parentRow: (row) => entityRow(row, entity),
      fields: (row) => {
        const type = row.turn(noteTypes);
        const system = type === 'service_message' && row.chance(8) % 2 === 0;
        return {
          id: row.id,
          entity_id: row.parent,
          ...row.stamps(),
          ...row.charge(),
          // The account itself answers for notes of the system (observed-data.md §2).
          ...(system ? { responsible_user_id: row.world.accountId } : {}),
          note_type: type,
          params: noteParams(type, row),
          account_id: row.world.accountId,
        };
      },
      extra: { is_pinned: (row) => row.chance(9) % 12 === 0 },
    }),
  };
}

function entityRow(row: Row, entity: Entity): number {
  return row.chance(10) % Math.max(1, row.world.table(entity).historySize);
}

/** Notes, and what came in and waits to be sorted (kommo-api.md §11). */
export const activityLists: readonly ListDeclaration[] = [
  notes('leads', 0.5),
  notes('contacts', 0.25),
  notes('companies', 0.1),
  notes('customers', 0.1),
  {
    ...plain,
    name: 'incoming_leads',
    path: 'leads/unsorted',
    key: 'unsorted',
    orders: ['created_at', 'updated_at'],
    values: { uid: 'uid', category: 'category', pipeline_id: 'pipeline_id' },
    identity: 'uid',
    textual: true,
    marker: 'source_name',
    rows: (size) => Math.min(60, Math.ceil(size.leads * 0.1)),
    firstId: 1,
    builder: shaped('incoming_leads', {
      id: (row) => row.uuid().replaceAll('-', ''),
      fields: (row) => {
        const category = row.turn(Object.keys(unsortedMetadata));
        return {
          uid: row.uuid().replaceAll('-', ''),
          source_uid: row.index % 5 === 4 ? null : row.uuid(11),
          source_name:
            row.index % 7 === 6 ? null : row.pick(['Сайт', 'Landing page', 'sales@example.com', 'Telegram']),
          category,
          pipeline_id: row.of('pipelines') ?? 0,
          created_at: row.created,
          metadata: unsortedMetadata[category]!(row),
          account_id: row.world.accountId,
        };
      },
      embeds: {
        contacts: (row) => (row.index % 4 === 3 ? [] : [{ id: row.of('contacts') }]),
        leads: (row) => [{ id: row.of('leads') }],
        companies: () => [],
      },
    }),
  },
];
