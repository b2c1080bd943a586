import { ConfigError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Stream } from '../../stream/declaration.ts';
import type { Part, SyncMode } from '../../sync/event.ts';
import type { StreamState } from '../../sync/state.ts';
import { type Database, has } from './database.ts';
import { marksOf, tableColumns } from './marks.ts';
import { dropRefresh, finishRefresh, type Refreshed, refreshTable, startRefresh } from './refresh.ts';
import type { States } from './state.ts';
import { addColumns, createTable, isCurrent } from './table.ts';
import { prepareUpsert, replaceOlder, reviveOrReplace, type Upsert } from './upsert.ts';

/** One stream on its way into the file. */
export interface Lane {
  stream: Stream;
  upsert: Upsert;
  /** Where this run goes on. */
  state: StreamState | undefined;
  /** Writes the state of a checkpoint. */
  advance(state: StreamState): void;
  /** Rows that are new or changed for who reads the table. */
  changed: number;
  /** Rows that this run has found to be gone from Kommo. */
  deleted: number;
  /** Of a full refresh: its rows go into a table beside the one that is read. */
  load: Load | undefined;
}

interface Load {
  /** True when a checkpoint has said that all rows are there. */
  isComplete(): boolean;
  /** Brings the rows over; the parts that were not read stay as they are. */
  finish(uncovered: readonly Part[]): void;
}

export interface LaneStream {
  stream: Stream;
  mode: SyncMode;
}

export interface LaneOptions {
  path: string;
  /** What changed last before this second is not asked for; undefined where everything is. Unix seconds. */
  startDate?: number | undefined;
  log: Log;
}

/** Makes the stream's table ready for the mode, and says where the run goes on. */
export function prepareLane(
  database: Database,
  states: States,
  { stream, mode }: LaneStream,
  options: LaneOptions,
): Lane {
  prepareTable(database, states, stream, options);
  return mode === 'incremental' ? goOn(database, states, stream) : refresh(database, states, stream, options);
}

function goOn(database: Database, states: States, stream: Stream): Lane {
  const { name } = stream;
  dropRefresh(database, stream);
  states.write(name, 'refresh_state', undefined);
  return {
    stream,
    upsert: prepareUpsert(database, stream, name, reviveOrReplace(stream, { keepNewer: true })),
    state: states.read(name, 'state'),
    advance: (state) => states.write(name, 'state', state),
    changed: 0,
    deleted: 0,
    load: undefined,
  };
}

function refresh(database: Database, states: States, stream: Stream, { startDate, log }: LaneOptions): Lane {
  const { name } = stream;
  let state = states.read(name, 'refresh_state');
  if (state === undefined || state.finished === 1 || !isCurrent(database, stream, refreshTable(stream))) {
    state = undefined;
    startRefresh(database, stream);
    states.write(name, 'refresh_state', undefined);
  }
  let reached: StreamState | undefined;
  const lane: Lane = {
    stream,
    upsert: prepareUpsert(database, stream, refreshTable(stream), replaceOlder(stream, refreshTable(stream))),
    state,
    advance(state) {
      reached = state;
      states.write(name, 'refresh_state', state);
    },
    changed: 0,
    deleted: 0,
    load: {
      isComplete: () => reached?.finished === 1,
      finish(uncovered) {
        const covered = { from: startDate, uncovered, at: reached!.until };
        const refreshed = finishRefresh(database, stream, covered);
        lane.changed = refreshed.changed;
        lane.deleted = refreshed.deleted;
        states.write(name, 'state', reached);
        states.write(name, 'refresh_state', undefined);
        noteManyDeleted(name, refreshed, log);
      },
    },
  };
  return lane;
}

/** More may mean that the token has lost a right, which looks like a deletion. */
const usualShare = 0.1;

function noteManyDeleted(name: string, { deleted, before }: Refreshed, log: Log): void {
  if (deleted <= before * usualShare) return;
  const share = `${deleted.toLocaleString('en-US')} of ${before.toLocaleString('en-US')}`;
  log(
    'warn',
    `${name}: ${share} rows are no longer in Kommo and are now marked as deleted. If that is too many, check ` +
      'what the user of the token may see; the marks go away when the records come again',
  );
}

function prepareTable(database: Database, states: States, stream: Stream, { path, log }: LaneOptions): void {
  const { name } = stream;
  const columns = tableColumns(stream);
  if (!states.knows(name)) {
    if (has(database, name)) {
      throw new ConfigError(`${path} has a table ${name} that is not from this program: name another file`);
    }
    createTable(database, stream, { table: name, columns });
    states.add(name);
    return;
  }
  if (!has(database, name)) {
    // Somebody dropped it: what the state says was delivered is gone.
    createTable(database, stream, { table: name, columns });
    states.write(name, 'state', undefined);
    return;
  }
  const marks = marksOf(stream);
  const added = addColumns(database, stream, name, columns).filter((column) => !marks.has(column));
  if (added.length > 0) {
    log(
      'info',
      `${name}: new columns ${added.join(', ')}; they fill as rows change, --full-refresh fills them all`,
    );
  }
}
