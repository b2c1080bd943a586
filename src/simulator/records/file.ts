import { mix } from '../random.ts';
import type { Row } from './row.ts';
import { actor } from './world.ts';

const kinds = [
  ['договор № 1', 'document', 'pdf', 'application/pdf'],
  ['foto', 'image', 'jpg', 'image/jpeg'],
  ['звонок', 'audio', 'mp3', 'audio/mpeg'],
  ['demo 🎬', 'video', 'mp4', 'video/mp4'],
  ['archive', 'file', 'zip', 'application/zip'],
] as const;

/** What a file and each of its versions say. Who made it is an object here, unlike everywhere else. */
export function fileFields(row: Row): Record<string, unknown> {
  const [name, type, extension, mime] = row.turn(kinds);
  const person = (purpose: number) => {
    const id = actor(row.world, mix(row.world.seed, row.index, purpose));
    return { type: id === 0 ? 'system' : 'internal', id };
  };
  return {
    name: `${name} ${row.index + 1}`,
    sanitized_name: `file_${row.index + 1}.${extension}`,
    size: 1 + (row.chance(13) % 5_000_000),
    type,
    metadata: type === 'file' ? null : { extension, mime_type: mime },
    previews:
      type === 'image'
        ? [{ download_link: `${row.world.driveUrl}/preview/${row.uuid()}`, width: 200, height: 120 }]
        : null,
    is_trashed: false,
    source_id: row.index % 7 === 0 ? row.of('sources') : null,
    session_id: row.index % 3 === 0 ? 1_000 + row.index : null,
    public_url: row.index % 5 === 0 ? `https://files.example.com/public/${row.uuid()}` : null,
    created_at: row.created,
    created_by: person(301),
    updated_at: row.updated,
    updated_by: person(302),
    deleted_at: null,
    deleted_by: null,
  };
}
