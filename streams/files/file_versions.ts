import { defineStream } from '../../src/stream/declaration.ts';
import { files } from './files.ts';

export const fileVersions = defineStream({
  name: 'file_versions',
  subject: 'files',
  selectedByDefault: false,
  host: 'drive',
  path: '/v1.0/files/{uuid}/versions',
  envelope: 'versions',
  isPaged: false,
  key: ['file_uuid', 'version_uuid'],
  identity: ['version_uuid'],
  parent: {
    list: files.lists[0]!,
    adds: { file_uuid: 'uuid' },
    onlyChanged: true,
    when: (file) => file.has_multiple_versions === true,
  },
});
