import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import type { Clock } from '../../../src/clock.ts';
import { silentLog } from '../../../src/log.ts';
import { openSqliteSink, type SqliteSink, type SqliteSinkOptions } from '../../../src/sink/sqlite/sink.ts';
import type { Stream } from '../../../src/stream/declaration.ts';
import type { ShapedRecord } from '../../../src/stream/record.ts';
import { createShaper } from '../../../src/stream/shape.ts';
import type { StreamState } from '../../../src/sync/state.ts';
import { streams } from '../../../streams/index.ts';
import { newFolder } from '../../new-folder.ts';

export function newPath(): string {
  return join(newFolder(), 'kommo.db');
}

export function streamNamed(name: string): Stream {
  return streams.find((stream) => stream.name === name)!;
}

export const incremental = (...names: string[]) =>
  names.map((name) => ({ stream: streamNamed(name), mode: 'incremental' as const }));
export const refreshing = (...names: string[]) =>
  names.map((name) => ({ stream: streamNamed(name), mode: 'full_refresh' as const }));

export const noon: Clock = { now: () => 1_700_000_000_000, sleep: async () => {} };

export function openSink(path: string, options: Partial<SqliteSinkOptions> = {}) {
  return openSqliteSink({
    path,
    account: { id: 1, name: 'Acme' },
    streams: [{ stream: streamNamed('leads'), mode: 'incremental' }],
    clock: noon,
    log: silentLog,
    ...options,
  });
}

/** Records as the engine delivers them, from rows as Kommo sends them. */
export function recordsOf(stream: Stream, rows: Record<string, unknown>[]) {
  const { properties } = stream.schema;
  const shaper = createShaper(stream, Object.keys(properties), () => {});
  const records = rows.map((row): ShapedRecord => shaper.shape(row));
  return { type: 'records', stream: stream.name, records, readAt: 1_700_000_000_000 } as const;
}

export function records(stream: string, rows: Record<string, unknown>[]) {
  return recordsOf(streamNamed(stream), rows);
}

export function checkpoint(stream: string, state: Partial<StreamState> = {}) {
  return {
    type: 'checkpoint',
    stream,
    state: {
      version: 1,
      mode: 'incremental',
      finished: 0,
      through: 0,
      until: 0,
      done: '',
      from: 0,
      known: '',
      newestFirst: 0,
      rows: -1,
      requests: -1,
      ...state,
    },
  } as const;
}

/** The end of a full read of the stream. */
export function fullyRead(stream: string, more: { uncovered?: Record<string, string | number>[] } = {}) {
  return [
    checkpoint(stream, { mode: 'full_refresh', finished: 1, until: 1_700_000_000 }),
    { type: 'finished', stream, records: 0, requests: 1, ...more },
  ] as const;
}

/** Nothing more of these streams is in Kommo than what the sink was given. */
export async function refreshed(sink: SqliteSink, ...streams: string[]): Promise<void> {
  for (const stream of streams) for (const event of fullyRead(stream)) await sink.emit(event);
}

/** What another program sees in the file. */
export function query<Row = Record<string, unknown>>(path: string, sql: string): Row[] {
  const database = new SQLite(path);
  try {
    return database.prepare<[], Row>(sql).all();
  } finally {
    database.close();
  }
}

/** What another program does to the file. */
export function execute(path: string, sql: string): void {
  const database = new SQLite(path);
  database.exec(sql);
  database.close();
}
