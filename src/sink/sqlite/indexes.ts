import { type Database, has, quote } from './database.ts';

/**
 * Columns by which our views and the questions that everybody asks join tables, other than by their keys.
 * "Open leads without an open task" over 50,000 leads and 30,000 tasks takes more than a minute without.
 */
const indexes: readonly { table: string; columns: readonly string[] }[] = [
  { table: 'tasks', columns: ['entity_type', 'entity_id'] },
  { table: 'events', columns: ['entity_type', 'entity_id', 'type'] },
  { table: 'deletions', columns: ['entity_type', 'entity_id'] },
  { table: 'notes', columns: ['entity_type', 'entity_id'] },
];

/** Creates those whose tables exist. */
export function createIndexes(database: Database): void {
  for (const { table, columns } of indexes) {
    if (!has(database, table)) continue;
    const name = quote(`_kommo_${table}_by_${columns.join('_')}`);
    database.exec(`CREATE INDEX IF NOT EXISTS ${name} ON ${quote(table)} (${columns.map(quote).join(', ')})`);
  }
}
