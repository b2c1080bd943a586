import type { Stream } from '../../stream/declaration.ts';
import type { ShapedRecord } from '../../stream/record.ts';
import type { StreamSchema } from '../../stream/schema.ts';
import { type Database, quote } from './database.ts';
import { columnsOf, createTable } from './table.ts';
import { prepareUpsert, replaceOlder, toSql } from './upsert.ts';

/** Keys and versions of what the account holds, in a temporary table: outside of the file and of memory. */
export interface Collection {
  table: string;
  /** The condition of an `account` whose columns are not those of the row in the file, where they are compared. */
  differs: string;
  take(records: readonly ShapedRecord[]): void;
}

/** Not a column of any stream: those do not begin with an underscore. */
const differs = '_differs';

/** Collects records of the stream; a deep collection compares each with its row in the file as it comes. */
export function collect(database: Database, stream: Stream, deep: boolean): Collection {
  const table = `in_account_${stream.name}`;
  const versions = versionsOf(stream);
  createTable(database, versions, { table, columns: columnsOf(versions), schema: 'temp' });
  const upsert = prepareUpsert(database, versions, table, replaceOlder(versions, table));
  const equals = deep ? prepareComparison(database, stream) : () => true;
  return {
    table,
    differs: `account.${differs}`,
    take: (records) =>
      upsert(
        records.map(({ data }) => ({
          data: { ...data, [differs]: equals(data) ? 0 : 1 },
          changes: undefined,
        })),
      ),
  };
}

function versionsOf(stream: Stream): Stream {
  const names = stream.cursor === undefined ? stream.key : [...stream.key, stream.cursor];
  const kept = Object.fromEntries(names.map((name) => [name, stream.schema.properties[name]!]));
  const properties: StreamSchema['properties'] = { ...kept, [differs]: { type: 'integer' } };
  return { ...stream, schema: { ...stream.schema, properties } };
}

function prepareComparison(database: Database, stream: Stream): (data: ShapedRecord['data']) => boolean {
  const names = [...columnsOf(stream).keys()];
  const same = names.map((name) => `${quote(name)} IS ?`).join(' AND ');
  const key = stream.key.length === 0 ? 'true' : stream.key.map((name) => `${quote(name)} = ?`).join(' AND ');
  const statement = database.prepare<unknown[], number>(
    `SELECT 1 FROM main.${quote(stream.name)} WHERE ${key} AND ${same}`,
  );
  return (data) => statement.get(...[...stream.key, ...names].map((name) => toSql(data[name]))) !== undefined;
}
