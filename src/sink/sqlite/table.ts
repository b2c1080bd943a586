import { ConfigError } from '../../errors.ts';
import type { Stream } from '../../stream/declaration.ts';
import { columnType, type JsonType } from '../../stream/schema.ts';
import { type Database, has, quote } from './database.ts';

/** Names and SQLite's types of columns, in order. */
export type Columns = Map<string, 'INTEGER' | 'REAL' | 'TEXT'>;

/** The columns that Kommo fills, in the schema's order. */
export function columnsOf(stream: Stream): Columns {
  const properties = Object.entries(stream.schema.properties);
  return new Map(properties.map(([name, column]) => [name, sqlType[columnType(column)]]));
}

/** The columns that tell rows apart. A stream without a key has one row, which is told by SQLite's own number. */
export function keyOf(stream: Stream): readonly string[] {
  return stream.key.length > 0 ? stream.key : [rowNumber];
}

export const rowNumber = 'rowid';

const sqlType: Record<JsonType, 'INTEGER' | 'REAL' | 'TEXT'> = {
  integer: 'INTEGER',
  // SQLite has no boolean: 1 is true, 0 is false.
  boolean: 'INTEGER',
  number: 'REAL',
  string: 'TEXT',
  object: 'TEXT',
  array: 'TEXT',
  null: 'TEXT',
};

/**
 * Creates a table for the rows of `stream`. It is not STRICT: shaping has made sure of the types already, and
 * SQLite before 3.37 (2021) refuses to open a file with a STRICT table in it.
 */
export function createTable(
  database: Database,
  stream: Stream,
  { table, columns, schema = 'main' }: { table: string; columns: Columns; schema?: 'main' | 'temp' },
): void {
  const isKey = (name: string) => stream.key.includes(name);
  const definitions = [...columns].map(
    ([name, type]) => `${quote(name)} ${type}${isKey(name) ? ' NOT NULL' : ''}`,
  );
  const primaryKey = stream.key.length === 0 ? [] : [`PRIMARY KEY (${stream.key.map(quote).join(', ')})`];
  // A single integer key is the table's own row id; any other key would cost a second tree.
  const hasRowId =
    stream.key.length === 0 || (stream.key.length === 1 && columns.get(stream.key[0]!) === 'INTEGER');
  database.exec(
    `CREATE TABLE ${schema}.${quote(table)} (${[...definitions, ...primaryKey].join(', ')})${hasRowId ? '' : ' WITHOUT ROWID'}`,
  );
}

/** Adds those of the columns that the table lacks and returns their names; rows that are there get null in them. */
export function addColumns(database: Database, stream: Stream, table: string, columns: Columns): string[] {
  const present = new Set(columnNames(database, table));
  const added: string[] = [];
  for (const [name, type] of columns) {
    if (present.has(name)) continue;
    if (stream.key.includes(name)) {
      throw new ConfigError(`The table ${table} was made with another key: name a new file and sync again`);
    }
    database.exec(`ALTER TABLE ${quote(table)} ADD COLUMN ${quote(name)} ${type}`);
    added.push(name);
  }
  return added;
}

/** True when the table exists and has every column of the stream. */
export function isCurrent(database: Database, stream: Stream, table: string): boolean {
  if (!has(database, table)) return false;
  const present = new Set(columnNames(database, table));
  return [...columnsOf(stream).keys()].every((name) => present.has(name));
}

function columnNames(database: Database, table: string): string[] {
  return database.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table);
}
