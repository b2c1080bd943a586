import { defineStream } from '../../src/stream/declaration.ts';
import { listed } from '../../src/stream/embedded.ts';

type Row = Record<string, unknown>;

/** The log of events is the only place that tells what is gone; lists just leave it out (kommo-api.md §15). */
export const deletions = defineStream({
  name: 'deletions',
  subject: 'activity',
  path: '/api/v4/events',
  envelope: 'events',
  kinds: {
    parameter: 'filter[type][]',
    names: [
      ...['lead_deleted', 'contact_deleted', 'company_deleted', 'customer_deleted', 'task_deleted'],
      ...['lead_restored', 'contact_restored', 'company_restored', 'entity_merged', 'common_note_deleted'],
    ],
    // Not every account knows events of elements, or of customers and tasks that come back.
    catalog: {
      path: '/api/v4/events/types',
      envelope: 'events_types',
      field: 'key',
      isWanted: (type) => kindOf(type) !== undefined,
    },
  },
  key: ['event_id'],
  cursor: 'happened_at',
  immutable: true,
  sentAs: { event_id: 'id', happened_at: 'created_at' },
  redundant: ['type', 'value_after', 'value_before', 'account_id', 'entity', 'linked_talk_contact_id'],
  rows: deletionsOf,
});

const entityTypes: Readonly<Record<string, string>> = {
  lead: 'leads',
  contact: 'contacts',
  company: 'companies',
  customer: 'customers',
  task: 'tasks',
};

/** Nothing for an event of another type: they come where an account ignores the filter. */
function deletionsOf(event: Row): Row[] {
  const of = entityTypeOf(event.entity_type);
  if (event.type === 'common_note_deleted') {
    const note = {
      entity_type: 'notes',
      entity_id: noteOf(event),
      parent_type: of,
      parent_id: event.entity_id,
    };
    return [{ ...event, ...note, kind: 'deleted' }];
  }
  const kind = kindOf(event.type);
  return kind === undefined ? [] : [{ ...event, entity_type: of, kind }];
}

function kindOf(type: unknown): string | undefined {
  if (type === 'entity_merged') return 'merged';
  // A tag or a note that is deleted leaves its record alive.
  return /^(?:lead|contact|company|customer|task|catalog\w*)_(deleted|restored)$/.exec(`${type}`)?.[1];
}

function entityTypeOf(singular: unknown): unknown {
  return `${singular}`.startsWith('catalog_') ? 'catalog_elements' : (entityTypes[`${singular}`] ?? singular);
}

function noteOf(event: Row): unknown {
  const values = [...listed(event, 'value_before'), ...listed(event, 'value_after')];
  return values.map(({ note }) => (note as { id?: unknown } | undefined)?.id).find((id) => id !== undefined);
}
