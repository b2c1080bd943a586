import { defineStream } from '../../src/stream/declaration.ts';

export const files = defineStream({
  name: 'files',
  subject: 'files',
  host: 'drive',
  path: '/v1.0/files',
  pageSize: 50,
  key: ['uuid'],
  identity: ['uuid'],
  cursor: 'updated_at',
  filter: 'filter[date]',
  filterBy: { 'filter[date][type]': 'updated_at' },
});
