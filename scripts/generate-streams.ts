import { readFileSync } from 'node:fs';
import type { Stream } from '../src/stream/declaration.ts';
import { columnType } from '../src/stream/schema.ts';
import { streams } from '../streams/index.ts';
import type { GeneratedFile } from './generated-file.ts';
import { markdownTable, replaceSection } from './marked-section.ts';

const page = new URL('../docs/streams.md', import.meta.url);

/** docs/streams.md with every column of every stream, as declared in streams/ and schemas/. */
export function generateStreams(): GeneratedFile[] {
  const text = replaceSection(
    readFileSync(page, 'utf8'),
    'streams',
    streams.map(describeStream).join('\n\n'),
  );
  return [{ path: 'docs/streams.md', text }];
}

function describeStream(stream: Stream): string {
  const columns = Object.entries(stream.schema.properties);
  const facts = [
    `Key: ${names(stream.key)}.`,
    stream.cursor === undefined
      ? 'Read whole at each run.'
      : `Incremental by \`${stream.cursor}\`, or read whole.`,
    `Read from ${names(stream.lists.map(({ path }) => path))}.`,
  ];
  const table = markdownTable(
    ['column', 'type', 'what it is'],
    columns.map(([name, column]) => [`\`${name}\``, columnType(column), column.description ?? '']),
  );
  return `## ${stream.name}\n\n${facts.join(' ')}\n\n${table}`;
}

export function names(columns: readonly string[]): string {
  return columns.map((column) => `\`${column}\``).join(', ');
}
