import type { Stream } from '../../stream/declaration.ts';
import { type Database, quote } from './database.ts';
import { columnsOf, createTable } from './table.ts';
import { onConflict } from './upsert.ts';

/** The table into which a full refresh loads while everybody still reads the old rows. */
export function refreshTable(stream: Stream): string {
  return `_kommo_refresh_${stream.name}`;
}

/** Drops what an earlier full refresh left behind. */
export function dropRefresh(database: Database, stream: Stream): void {
  database.exec(`DROP TABLE IF EXISTS ${quote(refreshTable(stream))}`);
}

/** Starts an empty load. */
export function startRefresh(database: Database, stream: Stream): void {
  dropRefresh(database, stream);
  createTable(database, stream, refreshTable(stream));
}

/**
 * Makes the stream's table equal to the load and ends it; returns how many rows are new or changed. To be called
 * within a transaction. Rows are compared and not the tables exchanged: indexes, triggers and views that others
 * made on the table stay, and only what differs is written.
 */
export function finishRefresh(database: Database, stream: Stream): number {
  const table = quote(stream.name);
  const load = quote(refreshTable(stream));
  const sameKey = stream.key.map((name) => `${load}.${quote(name)} = ${table}.${quote(name)}`).join(' AND ');
  const columns = [...columnsOf(stream).keys()].map(quote).join(', ');
  database.exec(`DELETE FROM ${table} WHERE NOT EXISTS (SELECT 1 FROM ${load} WHERE ${sameKey})`);
  // "WHERE true" keeps the parser from taking ON CONFLICT for a join condition.
  const { changes } = database
    .prepare(
      `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${load} WHERE true ` +
        onConflict(stream, stream.name, { keepNewer: false }),
    )
    .run();
  dropRefresh(database, stream);
  return changes;
}
