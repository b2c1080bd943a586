import { defineStream } from '../../src/stream/declaration.ts';

export const customFieldGroups = defineStream({
  name: 'custom_field_groups',
  subject: 'settings',
  key: ['entity_type', 'id'],
  isPaged: false,
  lists: ['leads', 'contacts', 'companies', 'customers'].map((entities) => ({
    name: entities,
    path: `/api/v4/${entities}/custom_fields/groups`,
    adds: { entity_type: entities },
  })),
});
