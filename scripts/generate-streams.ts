import { readFileSync } from 'node:fs';
import type { List, Stream, Subject } from '../src/stream/declaration.ts';
import { columnType } from '../src/stream/schema.ts';
import { streams } from '../streams/index.ts';
import type { GeneratedFile } from './generated-file.ts';
import { markdownTable, replaceSection } from './marked-section.ts';

const page = new URL('../docs/streams.md', import.meta.url);

/** docs/streams.md with every column of every stream, as declared in streams/ and schemas/. */
export function generateStreams(): GeneratedFile[] {
  const subjects = bySubject().map(
    ([subject, members]) => `## ${subject}\n\n${members.map(describeStream).join('\n\n')}`,
  );
  const text = replaceSection(readFileSync(page, 'utf8'), 'streams', subjects.join('\n\n'));
  return [{ path: 'docs/streams.md', text }];
}

const subjects: Readonly<Record<Subject, string>> = {
  sales: 'Sales',
  people: 'People',
  activity: 'Activity',
  chats: 'Chats',
  files: 'Files of the Drive',
  customers: 'Customers and their purchases',
  settings: 'Settings',
};

/** The streams in groups, each with its heading. */
export function bySubject(): [heading: string, members: Stream[]][] {
  const groups = Map.groupBy(streams, ({ subject }) => subject);
  return Object.entries(subjects).flatMap(([subject, heading]): [string, Stream[]][] => {
    const members = groups.get(subject as Subject);
    return members === undefined ? [] : [[heading, members]];
  });
}

function describeStream(stream: Stream): string {
  const columns = Object.entries(stream.schema.properties);
  const facts = [
    stream.key.length === 0 ? 'No key: it is one row.' : `Key: ${names(stream.key)}.`,
    stream.incremental ? `Incremental by ${changesBy(stream)}, or read whole.` : 'Read whole at each run.',
    stream.selectedByDefault ? '' : 'Read only when it is named.',
    `Read from ${stream.lists.map(describeList).join(', ')}.`,
  ];
  const table = markdownTable(
    ['column', 'type', 'what it is'],
    columns.map(([name, column]) => [`\`${name}\``, columnType(column), column.description ?? '']),
  );
  return `### ${stream.name}\n\n${stream.schema.description} ${facts.filter((fact) => fact !== '').join(' ')}\n\n${table}`;
}

/** What tells which of its rows have changed: its cursor, or the stream that its lists hang on. */
export function changesBy({ cursor, lists }: Stream): string {
  if (cursor !== undefined) return `\`${cursor}\``;
  const parents = new Set(lists.flatMap(({ parent }) => parent?.list.path ?? []));
  const stream = streams.find((each) => each.lists.some(({ path }) => parents.has(path)));
  return `the changes of \`${stream?.name}\``;
}

function describeList({ host, path, parent }: List): string {
  const place = host === 'drive' ? `\`${path}\` of the host of files` : `\`${path}\``;
  if (parent === undefined) return place;
  const each = parent.many === undefined ? 'one' : parent.many.size;
  return `${place}, once for ${each === 'one' ? 'each' : `up to ${each}`} of \`${parent.list.path}\``;
}

export function names(columns: readonly string[]): string {
  return columns.map((column) => `\`${column}\``).join(', ');
}
