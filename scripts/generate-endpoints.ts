import { readFileSync } from 'node:fs';
import { type Entity, entities } from '../src/cli/get/entities.ts';
import type { Stream } from '../src/stream/declaration.ts';
import { streams } from '../streams/index.ts';
import type { GeneratedFile } from './generated-file.ts';
import { markdownTable, replaceSection } from './marked-section.ts';

const page = new URL('../docs/endpoints.md', import.meta.url);

/** What reads an endpoint. */
export interface Reader {
  streams: readonly string[];
  /** Words behind `source-kommo get`. */
  commands: readonly string[];
  remark?: string;
}

/** Endpoints that are read under another address, or are not documented as ones that can be read. */
const exceptions: Readonly<Record<string, Reader>> = {
  'GET /api/v4/account': { streams: ['account'], commands: ['account'] },
  'GET /api/v4/account?with=users_groups': { streams: ['user_groups'], commands: [] },
  'GET /api/v4/account?with=task_types': { streams: ['task_types'], commands: [] },
  'GET /api/v4/leads?with=only_deleted': {
    streams: ['deletions'],
    commands: [],
    remark: 'Which leads were deleted, and when; the event log tells it of every entity.',
  },
  'GET /api/v4/leads/pipelines/{pipeline_id}/statuses': {
    streams: ['statuses'],
    commands: ['statuses PIPELINE/ID', 'pipelines ID statuses'],
    remark: 'The stream takes them from the list of pipelines.',
  },
  'GET /api/v4/short_links': {
    streams: [],
    commands: ['short_links'],
    remark: 'Kommo documents only how to create them; it may refuse.',
  },
  'POST /api/v4/calls': {
    streams: [],
    commands: [],
    remark: 'Cannot be read. Calls are notes of the types call_in and call_out.',
  },
};

/** Every endpoint that is documented as one that can be read: the method, a space, the path. */
export const documented: readonly string[] = JSON.parse(
  readFileSync(new URL('../test/fixtures/kommo-endpoints.json', import.meta.url), 'utf8'),
).map(({ path }: { path: string }) => `GET ${path}`);

/** Every endpoint of Kommo that is documented, or seen in use. */
export const endpoints: readonly string[] = [...new Set([...documented, ...Object.keys(exceptions)])];

const linksRemark = 'Columns of the streams hold the same links.';

export function readerOf(endpoint: string): Reader {
  const exception = exceptions[endpoint];
  if (exception !== undefined) return exception;
  const wanted = pattern(endpoint.replace(/^GET /, ''));
  return {
    streams: streams
      .filter((stream) => addressesOf(stream).some((path) => pattern(path) === wanted))
      .map(nameOf),
    commands: entities.flatMap((entity) => commandsAt(entity, wanted)),
    ...(wanted.endsWith('/links') && !wanted.includes('{}') && { remark: linksRemark }),
  };
}

const nameOf = ({ name }: Stream) => name;

/** Which word stands in the braces differs from place to place. */
const pattern = (path: string) => path.replaceAll(/\{(?!drive_url)\w+\}/g, '{}');

const hostOf = (host: 'account' | 'drive') => (host === 'drive' ? '{drive_url}' : '');

const addressesOf = ({ lists }: Stream) => lists.map(({ host, path }) => hostOf(host) + path);

/** A list of records is also read one by one, and what hangs on all records of a kind for each of them. */
function commandsAt({ name, id, record, parts }: Entity, wanted: string): string[] {
  const all = [{ place: record, words: `${name} ${id}`.trim() }].concat(
    parts.map((place) => ({ place, words: `${name} ${id} ${place.name}` })),
  );
  return all.flatMap(({ place, words }) => {
    const address = pattern(hostOf(place.host) + place.path);
    // Owners of custom fields are spelled in the address.
    const owned = address.replace('/{}/custom_fields/{}', '/custom_fields');
    const isOwned = owned !== address && wanted.endsWith('/custom_fields');
    const isPart = address.replace('/{}/', '/') === wanted;
    return address === wanted || address === `${wanted}/{}` || isPart || isOwned ? [words] : [];
  });
}

const linked = (name: string) =>
  streams.some((stream) => stream.name === name) ? `[\`${name}\`](streams.md#${name})` : `\`${name}\``;

/** docs/endpoints.md with what reads each of them. */
export function generateEndpoints(): GeneratedFile[] {
  const rows = endpoints.map((endpoint) => {
    const { streams, commands, remark = '' } = readerOf(endpoint);
    return [
      `\`${endpoint}\``,
      streams.map(linked).join(', '),
      commands.map((words) => `\`get ${words}\``).join(', '),
      remark,
    ];
  });
  const table = markdownTable(['endpoint', 'stream', 'by hand', ''], rows);
  return [
    { path: 'docs/endpoints.md', text: replaceSection(readFileSync(page, 'utf8'), 'endpoints', table) },
  ];
}
