import { defineStream } from '../../src/stream/declaration.ts';
import { catalogs } from '../sales/catalogs.ts';

export const customFields = defineStream({
  name: 'custom_fields',
  subject: 'settings',
  key: ['entity_type', 'catalog_id', 'id'],
  ordersById: true,
  lists: [
    ...['leads', 'contacts', 'companies', 'customers'].map((entities) => fieldsOf(entities)),
    fieldsOf('segments', '/api/v4/customers/segments/custom_fields'),
    {
      name: 'catalogs',
      path: '/api/v4/catalogs/{id}/custom_fields',
      parent: { list: catalogs.lists[0]!, adds: { catalog_id: 'id' } },
      adds: { entity_type: 'catalogs' },
    },
  ],
});

function fieldsOf(entities: string, path = `/api/v4/${entities}/custom_fields`) {
  return { name: entities, path, adds: { entity_type: entities, catalog_id: 0 } };
}
