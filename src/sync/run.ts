import type { KommoClient } from '../api/client.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Emit, PlannedStream } from './event.ts';

export interface RunOptions {
  client: KommoClient;
  plan: readonly PlannedStream[];
  /** Unix seconds; undefined reads everything. Bounds the streams that have a cursor. */
  startDate: number | undefined;
  lookbackSeconds: number;
  emit: Emit;
  clock: Clock;
  log: Log;
  /** Aborts between pages: the last safe checkpoints are emitted, then the run ends. */
  signal: AbortSignal;
}

/** What could not be read in full, by stream; empty when the run is complete. */
export type Failures = Map<string, unknown>;

/** Reads every planned stream and tells `emit` what it found. Rejects only when `emit` does. */
export async function run(_options: RunOptions): Promise<Failures> {
  throw new Error('not built yet');
}
