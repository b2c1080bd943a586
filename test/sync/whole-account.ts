import type { Clock } from '../../src/clock.ts';
import { type Log, silentLog } from '../../src/log.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Stream } from '../../src/stream/declaration.ts';
import type { SyncEvent, SyncMode } from '../../src/sync/event.ts';
import { type Failures, run } from '../../src/sync/run.ts';
import type { StreamState } from '../../src/sync/state.ts';
import { connect } from '../property/reading.ts';
import { createVirtualClock } from '../property/virtual-clock.ts';

type RecordData = Record<string, unknown>;

/** Rows by key, as a table with that key would hold them after some runs. */
export class KeyedDestination {
  readonly states = new Map<string, StreamState>();
  /** Records that came, repeats included. */
  taken = 0;
  readonly #tables = new Map<string, Map<string, RecordData>>();

  take(stream: Stream, event: SyncEvent): void {
    if (event.type === 'checkpoint') this.states.set(stream.name, event.state);
    if (event.type !== 'records') return;
    this.taken += event.records.length;
    const table = this.#tables.get(stream.name) ?? new Map<string, RecordData>();
    this.#tables.set(stream.name, table);
    for (const { data } of event.records) table.set(stream.key.map((column) => data[column]).join('/'), data);
  }

  keys(stream: string): string[] {
    return [...(this.#tables.get(stream)?.keys() ?? [])].sort();
  }

  of(stream: string): RecordData[] {
    return [...(this.#tables.get(stream)?.values() ?? [])];
  }
}

interface Options {
  destination?: KeyedDestination;
  mode?: SyncMode;
  required?: boolean;
  /** The process dies after so many events, and so long lies between any two that each is time for a checkpoint. */
  killAfter?: number;
  readers?: number;
  recordLimit?: number;
  startDate?: number;
}

class Killed extends Error {}

/** A run against the simulator, with the paths that it asked for. */
export async function readStreams(simulator: Simulator, streams: readonly Stream[], options: Options = {}) {
  const { destination = new KeyedDestination(), mode = 'full_refresh', required = true } = options;
  const now = simulator.account.now() * 1000;
  const clock = options.killAfter === undefined ? createVirtualClock(now) : createHastyClock();
  const client = connect(simulator, clock, options.readers);
  simulator.statistics.reset();
  const warnings: string[] = [];
  const finished = new Map<string, SyncEvent>();
  const log: Log = (level, message) =>
    level === 'warn' ? warnings.push(message) : silentLog(level, message);
  let failures: Failures = new Map();
  let events = 0;
  try {
    failures = await run({
      client,
      plan: streams.map((stream) => ({
        stream,
        mode: stream.incremental ? mode : 'full_refresh',
        columns: Object.keys(stream.schema.properties),
        state: destination.states.get(stream.name),
        required,
      })),
      startDate: options.startDate,
      lookbackSeconds: 600,
      recordLimit: options.recordLimit,
      clock,
      log,
      signal: new AbortController().signal,
      async emit(event) {
        if (!('stream' in event)) return;
        if (events === options.killAfter) throw new Killed();
        events += 1;
        destination.take(streams.find(({ name }) => name === event.stream)!, event);
        if (event.type === 'finished') finished.set(event.stream, event);
      },
    });
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  } finally {
    await client.close();
  }
  const requests = simulator.statistics.log.map(({ url }) => url.split('?')[0]!);
  return { destination, failures, requests, warnings, finished };
}

function createHastyClock(): Clock {
  const clock = createVirtualClock();
  return {
    now: () => {
      clock.advance(30_000);
      return clock.now();
    },
    sleep: clock.sleep,
  };
}
