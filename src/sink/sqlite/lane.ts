import { ConfigError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Stream } from '../../stream/declaration.ts';
import type { SyncMode } from '../../sync/event.ts';
import type { StreamState } from '../../sync/state.ts';
import { type Database, has } from './database.ts';
import { dropRefresh, finishRefresh, refreshTable, startRefresh } from './refresh.ts';
import type { States } from './state.ts';
import { addColumns, createTable, isCurrent } from './table.ts';
import { prepareUpsert, type Upsert } from './upsert.ts';

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
  /** True while the rows go into a table beside the one that is read. */
  refreshing: boolean;
}

export interface LaneStream {
  stream: Stream;
  mode: SyncMode;
}

/** Makes the stream's table ready for the mode, and says where the run goes on. */
export function prepareLane(
  database: Database,
  states: States,
  { stream, mode }: LaneStream,
  { path, log }: { path: string; log: Log },
): Lane {
  const { name } = stream;
  prepareTable(database, states, stream, path, log);
  if (mode === 'incremental') {
    dropRefresh(database, stream);
    states.write(name, 'refresh_state', undefined);
    return {
      stream,
      upsert: prepareUpsert(database, stream, name),
      state: states.read(name, 'state'),
      advance: (state) => states.write(name, 'state', state),
      changed: 0,
      refreshing: false,
    };
  }
  let state = states.read(name, 'refresh_state');
  if (state === undefined || !isCurrent(database, stream, refreshTable(stream))) {
    state = undefined;
    startRefresh(database, stream);
    states.write(name, 'refresh_state', undefined);
  }
  const lane: Lane = {
    stream,
    upsert: prepareUpsert(database, stream, refreshTable(stream)),
    state,
    advance(reached) {
      if (reached.finished === 0) return states.write(name, 'refresh_state', reached);
      lane.changed = finishRefresh(database, stream);
      lane.refreshing = false;
      states.write(name, 'state', reached);
      states.write(name, 'refresh_state', undefined);
    },
    changed: 0,
    refreshing: true,
  };
  return lane;
}

function prepareTable(database: Database, states: States, stream: Stream, path: string, log: Log): void {
  const { name } = stream;
  if (!states.knows(name)) {
    if (has(database, name)) {
      throw new ConfigError(`${path} has a table ${name} that is not from this program: name another file`);
    }
    createTable(database, stream, name);
    states.add(name);
    return;
  }
  if (!has(database, name)) {
    // Somebody dropped it: what the state says was delivered is gone.
    createTable(database, stream, name);
    states.write(name, 'state', undefined);
    return;
  }
  const added = addColumns(database, stream, name);
  if (added.length > 0) {
    log(
      'info',
      `${name}: new columns ${added.join(', ')}; they fill as rows change, --full-refresh fills them all`,
    );
  }
}
