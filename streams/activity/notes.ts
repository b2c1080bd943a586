import { defineStream } from '../../src/stream/declaration.ts';

/** Calls are notes of type call_in and call_out: Kommo has no list of calls. */
export const notes = defineStream({
  name: 'notes',
  subject: 'activity',
  suggested: true,
  key: ['entity_type', 'id'],
  cursor: 'updated_at',
  ordersByCursor: true,
  ordersById: true,
  with: ['is_pinned'],
  lists: ['leads', 'contacts', 'companies', 'customers'].map((entities) => ({
    name: entities,
    path: `/api/v4/${entities}/notes`,
    adds: { entity_type: entities },
  })),
});
