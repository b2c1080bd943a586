import SQLite from 'better-sqlite3';
import { ConfigError } from '../../errors.ts';
import type { Database } from './database.ts';

/**
 * The error of a statement on `table`, in one line where a constraint or trigger that the owner of the file has
 * added caused it; other errors pass unchanged. Ours cannot: tables of ours have no constraint but their keys.
 */
export function nameOwnersRule(database: Database, path: string, table: string, error: unknown): unknown {
  if (!(error instanceof SQLite.SqliteError)) return error;
  const isConstraint = error.code.startsWith('SQLITE_CONSTRAINT');
  const triggers = ownersTriggers(database, table);
  // A trigger that names what is not there any more fails as wrong SQL would.
  if (!isConstraint && (error.code !== 'SQLITE_ERROR' || triggers.length === 0)) return error;
  const suspects = error.code === 'SQLITE_CONSTRAINT_UNIQUE' ? uniqueIndexes(database, table) : triggers;
  const named = suspects.length === 0 ? '' : ` (${suspects.join(', ')})`;
  return new ConfigError(
    `${path}: a constraint or trigger that was added to the table ${table} does not let a row in: ` +
      `${error.message}${named}. Drop it, then start again`,
    { cause: error, detail: `${error.code}: ${error.message}` },
  );
}

function ownersTriggers(database: Database, table: string): string[] {
  return database
    .prepare<[string], string>(
      "SELECT 'trigger ' || name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? " +
        "AND name NOT LIKE '\\_kommo\\_%' ESCAPE '\\' ORDER BY name",
    )
    .pluck()
    .all(table);
}

function uniqueIndexes(database: Database, table: string): string[] {
  return database
    .prepare<[string], string>(
      "SELECT 'index ' || name FROM pragma_index_list(?) WHERE \"unique\" AND origin <> 'pk' ORDER BY name",
    )
    .pluck()
    .all(table);
}
