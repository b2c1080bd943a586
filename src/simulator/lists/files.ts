import { type ListDeclaration, plain } from '../list-declaration.ts';
import { fileFields } from '../records/file.ts';
import { type Row, shaped } from '../records/row.ts';

/** Every fourth file has three versions, the others one. */
function fileOfVersion({ index, world }: Row): number {
  const files = world.table('files').historySize;
  return index < files ? index : (4 * ((index - files) >> 1)) % Math.max(1, files);
}

/** Files on their own host, where much is spelled in another way, and what they hang on (kommo-api.md §18.3). */
export const fileLists: readonly ListDeclaration[] = [
  {
    ...plain,
    name: 'files',
    host: 'drive',
    path: 'files',
    key: 'files',
    envelope: ['_count', '_links'],
    limit: 50,
    dates: ['created_at', 'updated_at'],
    values: { uuid: 'uuid', name: 'name', source_id: 'source_id' },
    identity: 'uuid',
    textual: true,
    rows: (size) => Math.min(120, Math.ceil(size.leads * 0.1)),
    firstId: 1,
    builder: shaped('files', {
      id: (row) => row.uuid(),
      fields: (row) => {
        const versions = row.world.childrenOf('file_versions', row.uuid());
        const latest = versions.at(-1);
        return {
          uuid: row.uuid(),
          version_uuid: latest === undefined ? row.uuid(11) : row.world.publicId('file_versions', latest),
          ...fileFields(row),
          has_multiple_versions: versions.length > 1,
        };
      },
      links: (row) => ({
        download: { href: `${row.world.driveUrl}/download/${row.uuid()}/${row.index}.pdf` },
      }),
    }),
  },
  {
    ...plain,
    name: 'file_versions',
    host: 'drive',
    path: 'files/{files}/versions',
    key: 'versions',
    envelope: ['_count', '_links'],
    paged: false,
    identity: 'version_uuid',
    textual: true,
    parent: { list: 'files', field: 'file_uuid', touched: true },
    stream: { name: 'file_versions', key: ({ version_uuid }, parent) => [parent!, version_uuid as string] },
    rows: (_, of) => of('files') + 2 * Math.ceil(of('files') / 4),
    firstId: 1,
    builder: shaped('file_versions', {
      parentRow: fileOfVersion,
      id: (row) => row.uuid(),
      fields: (row) => ({
        uuid: row.uuid(),
        version_uuid: row.uuid(),
        ...fileFields(row),
        has_multiple_versions: false,
        file_uuid: row.parent,
        // A version is the main one until another follows.
        is_main: row.world.childrenOf('file_versions', row.parent).at(-1) === row.index,
      }),
    }),
  },
  {
    ...plain,
    name: 'file_links',
    path: undefined,
    key: 'entities',
    marker: undefined,
    parent: { list: 'files', field: 'file_uuid', touched: true },
    stream: {
      name: 'file_links',
      key: ({ entity_type, entity_id }, parent) => [parent!, entity_type as string, entity_id as number],
    },
    rows: (_, of) => (of('leads') === 0 ? 0 : of('files')),
    firstId: 10_000,
    builder: shaped('file_links', {
      parentRow: (row) => row.rowIn('files'),
      fields: (row) => {
        const round = Math.floor(row.index / Math.max(1, row.world.table('files').historySize));
        const type =
          row.world.table('contacts').historySize > 0 && row.index % 3 === 2 ? 'contacts' : 'leads';
        return {
          id: row.id,
          file_uuid: row.parent,
          entity_type: type,
          // Another one each time that it is this file's turn.
          entity_id:
            row.world.table(type).ids[(row.index + round) % Math.max(1, row.world.table(type).historySize)],
        };
      },
    }),
  },
];
