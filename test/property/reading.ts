import { createClient } from '../../src/api/client.ts';
import type { KommoClient } from '../../src/api/kommo-client.ts';
import type { Clock } from '../../src/clock.ts';
import { Translator } from '../../src/dialect/airbyte/translator.ts';
import { type Log, silentLog } from '../../src/log.ts';
import { createRedactor } from '../../src/redact.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Stream } from '../../src/stream/declaration.ts';
import type { PlannedStream, SyncEvent, SyncMode } from '../../src/sync/event.ts';
import { type Failures, run } from '../../src/sync/run.ts';
import { StreamState } from '../../src/sync/state.ts';
import { streams } from '../../streams/index.ts';

/** What a destination has after some runs: per stream every (id, version) that it was ever given. */
export class Destination {
  readonly versions = new Map<string, Set<string>>();
  readonly states = new Map<string, StreamState>();
  /** Records of the last run, repeats included. */
  delivered = 0;
  /** Lines of output of the last run. */
  lines = 0;
  events: SyncEvent[] = [];

  has(stream: string, id: number | string, version: number): boolean {
    return this.versions.get(stream)?.has(`${id} ${version}`) ?? false;
  }

  /** Reads a line as an orchestrator would: records to keep, the last state to start from. */
  take(line: string, versionOf: (stream: string, record: Record<string, unknown>) => number): void {
    const message = JSON.parse(line);
    if (message.type === 'STATE') {
      const { stream_descriptor, stream_state } = message.state.stream;
      this.reached(stream_descriptor.name, StreamState.parse(stream_state));
    }
    if (message.type !== 'RECORD') return;
    const { stream, data } = message.record;
    const { key } = streams.find(({ name }) => name === stream) ?? { key: ['id'] };
    this.keep(stream, key.map((column) => data[column]).join('/'), versionOf(stream, data), data);
    this.delivered += 1;
  }

  protected keep(stream: string, key: string, version: number, _data: Record<string, unknown>): void {
    const seen = this.versions.get(stream) ?? new Set();
    this.versions.set(stream, seen);
    seen.add(`${key} ${version}`);
  }

  protected reached(stream: string, state: StreamState): void {
    this.states.set(stream, state);
  }
}

/** What the account has and the destination was never given, as `id version`. */
export function missing({ account }: Simulator, destination: Destination, stream: string): string[] {
  return Array.from(account.truth(stream))
    .filter(({ id, version }) => !destination.has(stream, id, version))
    .map(({ id, version }) => `${id} ${version}`);
}

export interface ReadOptions {
  simulator: Simulator;
  clock: Clock;
  streams: readonly Stream[];
  mode: SyncMode;
  destination: Destination;
  lookbackSeconds?: number;
  startDate?: number | undefined;
  witness?: boolean | undefined;
  signal?: AbortSignal;
  /** Readers at once; by default as many as the client finds useful. */
  readers?: number;
  /** The process dies when it has put out so many lines. */
  killAfter?: number | undefined;
  log?: Log;
  looksAgain?: boolean;
  /** For the mutations: another engine than the real one. */
  engine?: typeof run | undefined;
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
    mode: stream.incremental ? options.mode : 'full_refresh',
    columns: Object.keys(stream.schema.properties),
    state: destination.states.get(stream.name),
    required: true,
    looksAgain: options.looksAgain ?? false,
  }));
  destination.delivered = 0;
  destination.lines = 0;
  destination.events = [];
  const take = async (line: string) => {
    if (destination.lines === killAfter) throw new Killed();
    destination.lines += 1;
    destination.take(line, (stream, record) => simulator.account.versionOf(stream, record));
  };
  const lines = { write: take, writeText: take, flush: async () => {} };
  const translator = new Translator(lines, clock, silentLog, plan);
  const emit = async (event: SyncEvent) => {
    destination.events.push(event);
    await translator.emit(event);
  };
  try {
    const failures = await (options.engine ?? run)({
      client,
      plan,
      startDate: options.startDate,
      lookbackSeconds: options.lookbackSeconds ?? 600,
      witness: options.witness,
      emit,
      clock,
      log: options.log ?? silentLog,
      signal: options.signal ?? new AbortController().signal,
    });
    return { failures, requests: simulator.statistics.requests - before };
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return { failures: undefined, requests: simulator.statistics.requests - before };
  } finally {
    await client.close();
  }
}

export function connect(simulator: Simulator, clock: Clock, readers: number | undefined): KommoClient {
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
