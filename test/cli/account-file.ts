import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { marksOf } from '../../src/sink/sqlite/marks.ts';
import type { Stream } from '../../src/stream/declaration.ts';
import type { StreamState } from '../../src/sync/state.ts';
import { streams } from '../../streams/index.ts';
import { newFolder } from '../new-folder.ts';
import { readable } from '../property/play.ts';

/** A simulated account, the settings for it, and a path for its SQLite file; the account ends with the test. */
export async function accountWithFile(options: SimulatorOptions = {}) {
  const simulator = await startSimulator({
    leads: 400,
    requestsPerSecond: null,
    compress: false,
    ...options,
  });
  const folder = newFolder();
  onTestFinished(() => simulator.close());
  const config = join(folder, 'config.json');
  const settings = { api_url: simulator.url, api_key: simulator.token, requests_per_second: 10_000 };
  writeFileSync(config, JSON.stringify(settings));
  return { simulator, folder, config, path: join(folder, 'kommo.db') };
}

/** What the file holds of each of its streams and is alive: `key version`, sorted. */
export function versionsInFile(path: string): Record<string, string[]> {
  return withFile(path, (database) => {
    const tables = rowsOf<{ name: string }>(database, "SELECT name FROM sqlite_schema WHERE type = 'table'");
    const present = streams.filter((stream) => tables.some(({ name }) => name === stream.name));
    const versions = present.map((stream) => {
      const { name, key, cursor } = stream;
      const columns = [key.join(" || '/' || ") || "''", cursor ?? '0'].join(" || ' ' || ");
      const living = marksOf(stream).size === 0 ? '' : 'WHERE _deleted_at IS NULL';
      const rows = rowsOf<{ version: string }>(
        database,
        `SELECT ${columns} AS version FROM ${name} ${living}`,
      );
      return [name, rows.map(({ version }) => version).sort()];
    });
    return Object.fromEntries(versions);
  });
}

/** The streams that are read where none is named. */
export const defaults = streams.filter(({ selectedByDefault }) => selectedByDefault);

/** What the account holds of streams and can be asked for, in the same form. */
export function versionsInAccount(
  simulator: Simulator,
  of: readonly Stream[] = defaults,
): Record<string, string[]> {
  return Object.fromEntries(
    of.map((stream) => {
      const versions = [...simulator.account.truth(stream.name)]
        .map(({ id, updated_at }) => ({ key: String(id), second: stream.cursor ? updated_at : 0 }))
        .filter(readable(simulator, stream))
        .map(({ key, second }) => `${key} ${second}`);
      return [stream.name, versions.sort()];
    }),
  );
}

/** The states in the file, by stream. */
export function statesInFile(path: string): Map<string, StreamState> {
  const rows = ask<{ stream: string; state: string }>(
    path,
    'SELECT * FROM _kommo_state WHERE state IS NOT NULL',
  );
  return new Map(rows.map(({ stream, state }) => [stream, JSON.parse(state)]));
}

export function ask<Row = Record<string, unknown>>(path: string, sql: string): Row[] {
  return withFile(path, (database) => rowsOf<Row>(database, sql));
}

const rowsOf = <Row>(database: SQLite.Database, sql: string) => database.prepare<[], Row>(sql).all();

/** Opening a file takes longer than most questions: it has a hundred views. */
function withFile<Answer>(path: string, use: (database: SQLite.Database) => Answer): Answer {
  const database = new SQLite(path, { readonly: true });
  try {
    return use(database);
  } finally {
    database.close();
  }
}
