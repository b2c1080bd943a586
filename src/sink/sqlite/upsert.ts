import type { Stream } from '../../stream/declaration.ts';
import type { ShapedRecord } from '../../stream/record.ts';
import { type Database, quote } from './database.ts';
import { columnsOf } from './table.ts';

/** Writes the records into the table by key and returns how many rows are new or changed by it. */
export type Upsert = (records: readonly ShapedRecord[]) => number;

/**
 * A row that is there already is written only where something in it differs, and never by an older version of
 * itself: several windows are read at once, so a page that was read early may arrive late.
 */
export function prepareUpsert(database: Database, stream: Stream, table: string): Upsert {
  const names = [...columnsOf(stream).keys()];
  const marks = names.map(() => '?').join(', ');
  const statement = database.prepare(
    `INSERT INTO ${quote(table)} (${names.map(quote).join(', ')}) VALUES (${marks}) ` +
      onConflict(stream, table, { keepNewer: true }),
  );
  return (records) => {
    let changed = 0;
    for (const { data } of records) {
      const values = names.map((name) => {
        const value = data[name];
        return typeof value === 'boolean' ? Number(value) : (value ?? null);
      });
      changed += statement.run(values).changes;
    }
    return changed;
  };
}

/** The clause that turns an insert into an upsert by the stream's key. */
export function onConflict(stream: Stream, table: string, { keepNewer }: { keepNewer: boolean }): string {
  const others = [...columnsOf(stream).keys()].filter((name) => !stream.key.includes(name)).map(quote);
  const conflict = `ON CONFLICT (${stream.key.map(quote).join(', ')})`;
  if (others.length === 0) return `${conflict} DO NOTHING`;
  const there = others.map((name) => `${quote(table)}.${name}`);
  const arriving = others.map((name) => `excluded.${name}`);
  const differs = `(${there.join(', ')}) IS NOT (${arriving.join(', ')})`;
  const cursor = stream.cursor === undefined ? undefined : quote(stream.cursor);
  const isNotOlder =
    keepNewer && cursor !== undefined
      ? `coalesce(excluded.${cursor} >= ${quote(table)}.${cursor}, 1) AND `
      : '';
  const assignments = others.map((name) => `${name} = excluded.${name}`);
  return `${conflict} DO UPDATE SET ${assignments.join(', ')} WHERE ${isNotOlder}${differs}`;
}
