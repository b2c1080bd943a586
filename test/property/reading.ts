import { createClient, type KommoClient } from '../../src/api/client.ts';
import type { Clock } from '../../src/clock.ts';
import { type Log, silentLog } from '../../src/log.ts';
import { createRedactor } from '../../src/redact.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Stream } from '../../src/stream/declaration.ts';
import type { PlannedStream, SyncEvent, SyncMode } from '../../src/sync/event.ts';
import { type Failures, run } from '../../src/sync/run.ts';
import type { StreamState } from '../../src/sync/state.ts';

/** What a destination has after some runs: per stream every (id, version) that it was ever given. */
export class Destination {
  readonly versions = new Map<string, Set<string>>();
  readonly states = new Map<string, StreamState>();
  /** Records of the last run, repeats included. */
  delivered = 0;
  events: SyncEvent[] = [];

  has(stream: string, id: number | string, version: number): boolean {
    return this.versions.get(stream)?.has(`${id} ${version}`) ?? false;
  }
}

export interface ReadOptions {
  simulator: Simulator;
  clock: Clock;
  streams: readonly Stream[];
  mode: SyncMode;
  destination: Destination;
  lookbackSeconds?: number;
  startDate?: number;
  /** Readers at once; by default as many as the client finds useful. */
  readers?: number;
  /** The process dies when it has put out so many events. */
  killAfter?: number;
  log?: Log;
  /** For the mutations: another engine than the real one. */
  engine?: typeof run;
}

export class Killed extends Error {}

/** A whole read against the simulator, over real sockets; resumes from the destination's states. */
export async function read(
  options: ReadOptions,
): Promise<{ failures: Failures | undefined; requests: number }> {
  const { simulator, clock, destination, killAfter } = options;
  const client = connect(simulator, clock, options.readers);
  const before = simulator.statistics.requests;
  const plan: PlannedStream[] = options.streams.map((stream) => ({
    stream,
    mode: stream.cursor === undefined ? 'full_refresh' : options.mode,
    columns: Object.keys(stream.schema.properties),
    state: destination.states.get(stream.name),
  }));
  destination.delivered = 0;
  destination.events = [];
  let count = 0;
  const emit = async (event: SyncEvent) => {
    if (count === killAfter) throw new Killed();
    count += 1;
    destination.events.push(event);
    if (event.type === 'checkpoint') destination.states.set(event.stream, event.state);
    if (event.type !== 'records') return;
    destination.delivered += event.records.length;
    const seen = destination.versions.get(event.stream) ?? new Set();
    destination.versions.set(event.stream, seen);
    for (const { data } of event.records) {
      seen.add(`${data.id} ${simulator.account.versionOf(event.stream, data)}`);
    }
  };
  try {
    const failures = await (options.engine ?? run)({
      client,
      plan,
      startDate: options.startDate,
      lookbackSeconds: options.lookbackSeconds ?? 600,
      emit,
      clock,
      log: options.log ?? silentLog,
      signal: new AbortController().signal,
    });
    return { failures, requests: simulator.statistics.requests - before };
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return { failures: undefined, requests: simulator.statistics.requests - before };
  } finally {
    await client.close();
  }
}

function connect(simulator: Simulator, clock: Clock, readers: number | undefined): KommoClient {
  const client = createClient({
    config: {
      origin: simulator.url,
      credentials: { type: 'long_lived_token', accessToken: simulator.token },
      requestsPerSecond: 1_000_000,
    },
    version: 'test',
    clock,
    random: () => 0.5,
    log: silentLog,
    redactor: createRedactor(),
  });
  return readers === undefined ? client : { ...client, usefulConcurrency: () => readers };
}
