import type { Clock } from '../../clock.ts';
import type { Stream } from '../../stream/declaration.ts';
import type { Part } from '../../sync/event.ts';
import { isUnderWay, type StreamState } from '../../sync/state.ts';
import { type Database, quote } from './database.ts';
import { deletedAt, marksOf } from './marks.ts';
import { outside } from './parts.ts';
import type { States } from './state.ts';
import { columnsOf, createTable, isCurrent, keyOf } from './table.ts';
import { reviveOrReplace, written } from './upsert.ts';

/**
 * The table into which a full refresh loads while everybody still reads the old rows. A log is read into its own: of
 * what only grows there is nothing to keep from readers.
 */
export function refreshTable(stream: Stream): string {
  return isLog(stream) ? stream.name : `_kommo_refresh_${stream.name}`;
}

/** What happened neither changes nor goes away. */
export function isLog(stream: Stream): boolean {
  return marksOf(stream).size === 0;
}

/** Drops what an earlier full refresh left behind. */
export function dropRefresh(database: Database, stream: Stream): void {
  if (!isLog(stream)) database.exec(`DROP TABLE IF EXISTS ${quote(refreshTable(stream))}`);
}

/** Where a full refresh that was cut off has come to, if it can go on. */
export function unfinishedRefresh(
  database: Database,
  states: States,
  stream: Stream,
  clock: Clock,
): StreamState | undefined {
  const state = states.read(stream.name, 'refresh_state');
  const goesOn = isUnderWay(state, 'full_refresh', clock.now() / 1000);
  return goesOn && isCurrent(database, stream, refreshTable(stream)) ? state : undefined;
}

/** Starts an empty load. */
export function startRefresh(database: Database, stream: Stream): void {
  dropRefresh(database, stream);
  createTable(database, stream, { table: refreshTable(stream), columns: columnsOf(stream) });
}

/** What of a table a full read has seen. */
export interface Covered {
  /** What changed last before this second was never asked for; undefined where all was. Unix seconds. */
  from: number | undefined;
  /** Parts of the table that could not be read. */
  uncovered: readonly Part[];
  /** The SQL condition for rows that are there, though the load may not hold them. */
  seen?: string | undefined;
  /** The second to note for rows that are gone, Unix seconds. */
  at: number;
}

export interface Refreshed {
  /** Rows that are new, changed, or alive again. */
  changed: number;
  /** Rows that are marked as deleted now and were not before. */
  deleted: number;
  /** Rows that were alive before. */
  before: number;
}

/**
 * Brings the load over into the stream's table, marks what it should hold and does not, and ends it. To be called
 * within a transaction. Rows are compared and not the tables exchanged: indexes, triggers and views that others
 * made on the table stay, and only what differs is written. Nothing is deleted.
 */
export function finishRefresh(database: Database, stream: Stream, covered: Covered): Refreshed {
  const table = quote(stream.name);
  const load = quote(refreshTable(stream));
  const columns = written(stream).map(quote).join(', ');
  const marked = markMissing(database, stream, covered);
  // "WHERE true" keeps the parser from taking ON CONFLICT for a join condition.
  const { changes } = database
    .prepare(
      `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${load} WHERE true ` +
        reviveOrReplace(stream, { keepNewer: false }),
    )
    .run();
  const revived = covered.seen === undefined ? 0 : revive(database, stream, covered.seen);
  dropRefresh(database, stream);
  return { changed: changes + revived, ...marked };
}

/** Takes the marks off rows that are there again, though the load does not hold them. */
function revive(database: Database, stream: Stream, seen: string): number {
  const marks = [...marksOf(stream).keys()].map((name) => `${quote(name)} = NULL`).join(', ');
  return database
    .prepare(`UPDATE ${quote(stream.name)} SET ${marks} WHERE ${deletedAt} IS NOT NULL AND ${seen}`)
    .run().changes;
}

function markMissing(
  database: Database,
  stream: Stream,
  { from, uncovered, seen, at }: Covered,
): Omit<Refreshed, 'changed'> {
  const table = quote(stream.name);
  const load = quote(refreshTable(stream));
  const sameKey = keyOf(stream)
    .map((name) => `${load}.${quote(name)} = ${table}.${quote(name)}`)
    .join(' AND ');
  const covered = outside(uncovered, table);
  const asked =
    from === undefined || stream.cursor === undefined ? undefined : `${quote(stream.cursor)} >= ?`;
  const conditions = [
    `${deletedAt} IS NULL`,
    `NOT EXISTS (SELECT 1 FROM ${load} WHERE ${sameKey})`,
    covered.condition,
    ...(seen === undefined ? [] : [`NOT ${seen}`]),
    ...(asked === undefined ? [] : [asked]),
  ];
  const values = [at, ...covered.values, ...(asked === undefined ? [] : [from!])];
  const before = database
    .prepare<[], number>(`SELECT count(*) FROM ${table} WHERE ${deletedAt} IS NULL`)
    .pluck()
    .get()!;
  const { changes } = database
    .prepare(`UPDATE ${table} SET ${deletedAt} = ? WHERE ${conditions.join(' AND ')}`)
    .run(values);
  return { deleted: changes, before };
}
