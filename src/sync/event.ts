import type { NotAvailableError } from '../errors.ts';
import type { Stream } from '../stream/declaration.ts';
import type { ShapedRecord } from '../stream/record.ts';
import type { StreamState } from './state.ts';

export type { ColumnChange, ColumnValue, ShapedRecord } from '../stream/record.ts';

export type SyncMode = 'full_refresh' | 'incremental';

/** A stream as this run reads it. */
export interface PlannedStream {
  readonly stream: Stream;
  readonly mode: SyncMode;
  /** The columns to deliver, in the schema's order; keys and cursor are always among them. */
  readonly columns: readonly string[];
  /** What an earlier run reported, already validated; undefined for a fresh start. */
  readonly state: StreamState | undefined;
  /** Somebody asked for it by name: that the account or the token cannot have it is a failure. */
  readonly required: boolean;
  /** A full refresh that goes on looks once more at what earlier runs have read of it, and tells what is still there. */
  readonly looksAgain?: boolean;
}

/**
 * The inner language of a run. Events come in order: whatever a checkpoint covers was in `records` events
 * before it. `finished` is the last event of its stream. With an error, the stream was not read in full; with
 * `unavailable`, the account or the token cannot have it, for the reason given: nothing of it was read, and nothing is
 * known of its rows. `uncovered` names the parts of which the same holds, where the rest of the stream was read in full.
 * `gone` names records that were asked for by id and are not there, since the second `at` or before it. `present` tells
 * of records that earlier runs have delivered and that are still there; of what they hold, only keys mean anything.
 */
export type SyncEvent =
  | { type: 'started'; stream: string }
  | { type: 'records'; stream: string; records: ShapedRecord[]; readAt: number }
  | { type: 'present'; stream: string; records: ShapedRecord[] }
  | { type: 'gone'; stream: string; ids: readonly (number | string)[]; at: number }
  | { type: 'checkpoint'; stream: string; state: StreamState }
  | { type: 'progress'; stream: string; records: number; requests: number; fraction: number | undefined }
  | { type: 'waiting'; streams: string[]; until: number }
  | {
      type: 'finished';
      stream: string;
      records: number;
      requests: number;
      error?: unknown;
      unavailable?: NotAvailableError;
      uncovered?: readonly Part[];
    };

/** Rows of a stream that one of its lists holds: those with these values in these columns. */
export type Part = Readonly<Record<string, string | number>>;

/** Takes events one at a time; its promise is the back-pressure. */
export type Emit = (event: SyncEvent) => Promise<void>;
