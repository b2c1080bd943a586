import { defineStream } from '../../src/stream/declaration.ts';
import { listed } from '../../src/stream/embedded.ts';
import { files } from './files.ts';

export const fileLinks = defineStream({
  name: 'file_links',
  subject: 'files',
  selectedByDefault: false,
  path: '/api/v4/files/{uuid}/links',
  envelope: undefined,
  isPaged: false,
  key: ['file_uuid', 'entity_type', 'entity_id'],
  identity: [],
  parent: { list: files.lists[0]!, adds: { file_uuid: 'uuid' }, onlyChanged: true },
  // What is linked is spelled entity_id and entity_type, or id and type.
  rows: (links) =>
    listed(links, 'entities').map(({ entity_type, entity_id, type, id }) => ({
      entity_type: entity_type ?? type,
      entity_id: entity_id ?? id,
    })),
});
