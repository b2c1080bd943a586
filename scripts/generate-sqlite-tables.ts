import { readFileSync } from 'node:fs';
import { markDescriptions, tableColumns } from '../src/sink/sqlite/marks.ts';
import { viewsOf } from '../src/sink/sqlite/views/catalogue.ts';
import { entriesOf, type Tables, type View } from '../src/sink/sqlite/views/view.ts';
import type { Stream } from '../src/stream/declaration.ts';
import { streams } from '../streams/index.ts';
import type { GeneratedFile } from './generated-file.ts';
import { replaceSection } from './marked-section.ts';

const page = new URL('../docs/sqlite.md', import.meta.url);

/** docs/sqlite.md with its lists of tables and views as the program makes them. */
export function generateSqliteTables(): GeneratedFile[] {
  const text = readFileSync(page, 'utf8');
  const withTables = replaceSection(text, 'tables', streams.map(describeTable).join('\n\n'));
  return [{ path: 'docs/sqlite.md', text: replaceSection(withTables, 'views', describeViews()) }];
}

function describeTable(stream: Stream): string {
  const rows = [...tableColumns(stream)].map(([name, type]) => {
    const column = stream.schema.properties[name];
    const key = stream.key.includes(name) ? ', key' : '';
    const boolean = [column?.type].flat().includes('boolean') ? ', 0 or 1' : '';
    return `| \`${name}\` | ${type}${boolean}${key} | ${column?.description ?? markDescriptions[name] ?? ''} |`;
  });
  return [`### ${stream.name}`, '', '| column | type | what it is |', '|---|---|---|', ...rows].join('\n');
}

/** The views of a file that holds every stream. */
export function documentedViews(): View[] {
  const tables: Tables = new Map(
    streams.map((stream) => [stream.name, { key: stream.key, columns: [...tableColumns(stream).keys()] }]),
  );
  return viewsOf({ tables, fields: [] }).filter(({ reads }) => reads.every((name) => tables.has(name)));
}

function describeViews(): string {
  const rows = documentedViews().map(({ name, summary, columns, reads }) => {
    const names = entriesOf(columns).map(([column]) => `\`${column}\``);
    return `| \`${name}\` | ${summary} | ${names.join(', ')} | ${reads.join(', ')} |`;
  });
  return ['| view | what it shows | columns | needs the tables |', '|---|---|---|---|', ...rows].join('\n');
}
