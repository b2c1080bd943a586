import type { Stream } from '../../stream/declaration.ts';
import type { ShapedRecord } from '../../stream/record.ts';
import { type Database, quote } from './database.ts';
import { columnsOf, createTable, keyOf } from './table.ts';
import { prepareUpsert, replaceOlder } from './upsert.ts';

/** The keys of rows that this run has seen in the account, in a temporary table: outside of the file and of memory. */
export interface PresentRows {
  note(records: readonly ShapedRecord[]): void;
  /** Takes all other rows out of a table that has the stream's key. */
  keepIn(table: string): void;
  /** The SQL condition that a row of such a table is among them. */
  holds(table: string): string;
}

export function notePresent(database: Database, stream: Stream): PresentRows {
  const keys = keysOf(stream);
  const present = `_kommo_present_${stream.name}`;
  createTable(database, keys, { table: present, columns: columnsOf(keys), schema: 'temp' });
  const upsert = prepareUpsert(database, keys, present, replaceOlder(keys, present));
  const holds = (table: string) => {
    const sameKey = keyOf(stream)
      .map((name) => `${quote(present)}.${quote(name)} = ${quote(table)}.${quote(name)}`)
      .join(' AND ');
    return `EXISTS (SELECT 1 FROM ${quote(present)} WHERE ${sameKey})`;
  };
  return {
    note: (records) => void upsert(records),
    keepIn: (table) => void database.exec(`DELETE FROM ${quote(table)} WHERE NOT ${holds(table)}`),
    holds,
  };
}

/** The stream with the columns of its key alone; one that has no key has one row, and any column stands for it. */
function keysOf(stream: Stream): Stream {
  const { properties } = stream.schema;
  const names = stream.key.length > 0 ? stream.key : Object.keys(properties).slice(0, 1);
  const kept = Object.fromEntries(names.map((name) => [name, properties[name]!]));
  return { ...stream, cursor: undefined, schema: { ...stream.schema, properties: kept } };
}
