import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { StreamState } from '../../sync/state.ts';
import type { Database } from './database.ts';

/**
 * How far each table of the file was filled. `state` covers the rows of the stream's table, `refresh_state` those
 * of the table that a full refresh is loading beside it. A row exists for every table that we made.
 */
export interface States {
  /** True when we made the stream's table. */
  knows(stream: string): boolean;
  add(stream: string): void;
  read(stream: string, kind: StateKind): StreamState | undefined;
  write(stream: string, kind: StateKind, state: StreamState | undefined): void;
  /**
   * The second after which every row that is alive in the stream's table was read last: it outlived what happened up
   * to then. -1 where that is not known.
   */
  readSince(stream: string): number;
  /** Notes when the read that fills the stream's table began. */
  begin(stream: string, since: number): void;
  /** A full refresh is over: what it has reached holds for the stream's table from now on. */
  endRefresh(stream: string, reached: StreamState): void;
}

export type StateKind = 'state' | 'refresh_state';

export function openStates(database: Database, clock: Clock, log: Log): States {
  database.exec(
    'CREATE TABLE IF NOT EXISTS _kommo_state ' +
      '(stream TEXT PRIMARY KEY NOT NULL, state TEXT, refresh_state TEXT, updated_at INTEGER, ' +
      'read_since INTEGER)',
  );
  const row = database.prepare<[string], StateRow>(
    'SELECT state, refresh_state FROM _kommo_state WHERE stream = ?',
  );
  const insert = database.prepare('INSERT INTO _kommo_state (stream) VALUES (?)');
  const updateOf = (kind: StateKind) =>
    database.prepare(`UPDATE _kommo_state SET ${kind} = ?, updated_at = ? WHERE stream = ?`);
  const begin = database.prepare('UPDATE _kommo_state SET read_since = ? WHERE stream = ?');
  const since = database
    .prepare<[string], number | null>('SELECT read_since FROM _kommo_state WHERE stream = ?')
    .pluck();
  const update = { state: updateOf('state'), refresh_state: updateOf('refresh_state') };
  const write: States['write'] = (stream, kind, state) => {
    const text = state === undefined ? null : JSON.stringify(state);
    update[kind].run(text, Math.floor(clock.now() / 1000), stream);
  };
  return {
    knows: (stream) => row.get(stream) !== undefined,
    add: (stream) => void insert.run(stream),
    read: (stream, kind) => parseState(stream, row.get(stream)?.[kind] ?? undefined, log),
    write,
    endRefresh(stream, reached) {
      write(stream, 'state', reached);
      write(stream, 'refresh_state', undefined);
    },
    begin: (stream, second) => void begin.run(second, stream),
    readSince: (stream) => since.get(stream) ?? -1,
  };
}

/** The second after which the run began that has reached the state: no state reaches any further. */
export function begunAt({ lists = {}, ...state }: StreamState): number {
  return Math.max(...[state, ...Object.values(lists)].flatMap(({ through, until }) => [through, until]));
}

type StateRow = Record<StateKind, string | null>;

/** How far the stream's table was filled by the runs up to now. */
export function readState(database: Database, stream: string, log: Log): StreamState | undefined {
  const statement = database.prepare<[string], string | null>(
    'SELECT state FROM _kommo_state WHERE stream = ?',
  );
  return parseState(stream, statement.pluck().get(stream) ?? undefined, log);
}

/** An unreadable state restarts its stream: a row sent twice is harmless, a row never sent is not. */
function parseState(stream: string, text: string | undefined, log: Log): StreamState | undefined {
  if (text === undefined) return undefined;
  try {
    return StreamState.parse(JSON.parse(text));
  } catch {
    log('warn', `${stream}: the state in the file cannot be read; the stream is read from the start`);
    return undefined;
  }
}
