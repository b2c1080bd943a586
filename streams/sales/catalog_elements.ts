import { defineStream } from '../../src/stream/declaration.ts';
import { catalogs } from './catalogs.ts';

export const catalogElements = defineStream({
  name: 'catalog_elements',
  subject: 'sales',
  path: '/api/v4/catalogs/{id}/elements',
  envelope: 'elements',
  key: ['catalog_id', 'id'],
  with: ['invoice_link'],
  parent: { list: catalogs.lists[0]!, adds: { catalog_id: 'id' } },
});
