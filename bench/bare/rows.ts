import SQLite from 'better-sqlite3';

/**
 * The rows of a file's leads in the order in which a sync gets them, not in that of their ids: it decides how many
 * pages of the file a transaction touches.
 */
export function rowsOf(path: string, names: readonly string[]): unknown[][] {
  const file = new SQLite(path, { readonly: true });
  const rows = file
    .prepare(`SELECT ${names.join(', ')} FROM leads ORDER BY updated_at, id`)
    .raw()
    .all();
  file.close();
  return rows as unknown[][];
}
