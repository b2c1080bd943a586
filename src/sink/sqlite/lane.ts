import type { Clock } from '../../clock.ts';
import { ConfigError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Stream } from '../../stream/declaration.ts';
import type { ShapedRecord } from '../../stream/record.ts';
import type { Part, SyncMode } from '../../sync/event.ts';
import type { StreamState } from '../../sync/state.ts';
import { type Database, has } from './database.ts';
import type { Deletions } from './deletions.ts';
import { goOn } from './incremental-lane.ts';
import { readLogAnew } from './log-lane.ts';
import { marksOf, tableColumns } from './marks.ts';
import { isLog } from './refresh.ts';
import { refresh } from './refresh-lane.ts';
import type { States } from './state.ts';
import { addColumns, createTable } from './table.ts';

/** One stream on its way into the file. */
export interface Lane {
  stream: Stream;
  take(records: readonly ShapedRecord[]): void;
  /** Where this run goes on. */
  state: StreamState | undefined;
  /** Writes the state of a checkpoint. */
  advance(state: StreamState): void;
  /** Rows that are new or changed for who reads the table. */
  changed: number;
  /** Rows that this run has found to be gone from Kommo. */
  deleted: number;
  /** What is left to do at the end of a full refresh. */
  load: Load | undefined;
}

interface Load {
  /** Notes records that earlier runs have loaded and that are still there. */
  see(records: readonly ShapedRecord[]): void;
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
  clock: Clock;
  log: Log;
}

export interface Filling extends LaneOptions {
  deletions: Deletions;
}

/** Makes the stream's table ready for the mode, and says where the run goes on. */
export function prepareLane(
  database: Database,
  states: States,
  { stream, mode }: LaneStream,
  options: Filling,
): Lane {
  prepareTable(database, states, stream, options);
  if (mode === 'incremental') return goOn(database, states, stream, options);
  return isLog(stream) ? readLogAnew(database, states, stream) : refresh(database, states, stream, options);
}

function prepareTable(database: Database, states: States, stream: Stream, { path, log }: LaneOptions): void {
  const { name } = stream;
  const columns = tableColumns(stream);
  if (!states.knows(name)) {
    if (has(database, name)) {
      throw new ConfigError(`${path} has a table ${name} that this program did not make: name another file`);
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
      `${name}: new columns ${added.join(', ')}; they are filled as rows change; --full-refresh fills them all at once`,
    );
  }
}
