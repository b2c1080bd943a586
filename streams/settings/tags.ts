import { defineStream } from '../../src/stream/declaration.ts';

export const tags = defineStream({
  name: 'tags',
  subject: 'settings',
  key: ['entity_type', 'id'],
  lists: ['leads', 'contacts', 'companies', 'customers'].map((entities) => ({
    name: entities,
    path: `/api/v4/${entities}/tags`,
    adds: { entity_type: entities },
  })),
});
