import type { Stream } from '../../stream/declaration.ts';
import type { ColumnValue, ShapedRecord } from '../../stream/record.ts';
import { type Database, quote } from './database.ts';
import { deletedAt, marksOf } from './marks.ts';
import { columnsOf, keyOf, rowNumber } from './table.ts';

/** Writes the records into the table by key and returns how many rows are new or changed by it. */
export type Upsert = (records: readonly ShapedRecord[]) => number;

/**
 * A row that is there already is written only where something in it differs, and never by an older version of
 * itself: several windows are read at once, so a page that was read early may arrive late.
 */
export function prepareUpsert(database: Database, stream: Stream, table: string, conflict: string): Upsert {
  const names = written(stream);
  const places = names.map(() => '?').join(', ');
  const statement = database.prepare(
    `INSERT INTO ${quote(table)} (${names.map(quote).join(', ')}) VALUES (${places}) ${conflict}`,
  );
  return (records) => {
    let changed = 0;
    for (const { data } of records) {
      changed += statement.run(names.map((name) => toSql(name === rowNumber ? onlyRow : data[name]))).changes;
    }
    return changed;
  };
}

/** The columns that an insert names. */
export function written(stream: Stream): string[] {
  return [...new Set([...keyOf(stream), ...columnsOf(stream).keys()])];
}

const onlyRow = 1;

/** A column's value as SQLite takes it. */
export function toSql(value: ColumnValue | undefined): string | number | null {
  return typeof value === 'boolean' ? Number(value) : (value ?? null);
}

/** The clause that turns an insert into a bare copy of the stream's rows into an upsert by key. */
export function replaceOlder(stream: Stream, table: string): string {
  return onConflict(stream, table, { keepNewer: true, marks: [] });
}

/** The same for the stream's own table, where a record that comes is alive, whatever was marked before. */
export function reviveOrReplace(stream: Stream, { keepNewer }: { keepNewer: boolean }): string {
  return onConflict(stream, stream.name, { keepNewer, marks: [...marksOf(stream).keys()] });
}

interface Conflict {
  keepNewer: boolean;
  /** The marks that the table has. */
  marks: readonly string[];
}

function onConflict(stream: Stream, table: string, { keepNewer, marks }: Conflict): string {
  const others = [...columnsOf(stream).keys()].filter((name) => !stream.key.includes(name)).map(quote);
  const there = others.map((name) => `${quote(table)}.${name}`);
  const arriving = others.map((name) => `excluded.${name}`);
  const reasons: string[] = [];
  if (others.length > 0) {
    const cursor = stream.cursor === undefined ? undefined : quote(stream.cursor);
    const isNotOlder =
      keepNewer && cursor !== undefined
        ? `coalesce(excluded.${cursor} >= ${quote(table)}.${cursor}, 1) AND `
        : '';
    reasons.push(`(${isNotOlder}(${there.join(', ')}) IS NOT (${arriving.join(', ')}))`);
  }
  if (marks.length > 0) reasons.push(`${quote(table)}.${deletedAt} IS NOT NULL`);
  const clause = `ON CONFLICT (${keyOf(stream).map(quote).join(', ')})`;
  if (reasons.length === 0) return `${clause} DO NOTHING`;
  const assignments = [
    ...others.map((name) => `${name} = excluded.${name}`),
    ...marks.map((name) => `${quote(name)} = NULL`),
  ];
  return `${clause} DO UPDATE SET ${assignments.join(', ')} WHERE ${reasons.join(' OR ')}`;
}
