/** A whole read of a simulated account by the program as it is delivered, and what must hold however it ends. */
import { expect } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import type { Stream } from '../../src/stream/declaration.ts';
import { streams } from '../../streams/index.ts';
import { performHere } from '../cli/in-process.ts';
import { type Ended, ended, startProgram, writeFiles } from '../cli/program.ts';
import { errorsIn, type Message, ofType, readMessages, statusesIn } from '../dialect/airbyte/messages.ts';
import { listsAndParents, resourceOf } from '../property/lists.ts';
import { readable } from '../property/play.ts';
import { isCoveredBy, type Promised } from './covered.ts';

export const streamNames = streams.map(({ name }) => name);
/** What is read where nothing is named. */
export const defaultNames = streams
  .filter(({ selectedByDefault }) => selectedByDefault)
  .map(({ name }) => name);

/** The streams that cannot be read without this list, by name. */
export function streamsOn(list: string): string[] {
  const isOn = (stream: Stream) => listsAndParents(stream).some((each) => resourceOf(each) === list);
  return streams
    .filter(isOn)
    .map(({ name }) => name)
    .sort();
}

/** A run may not take longer than this, whatever goes wrong and however busy the machine is: real milliseconds. */
const longestRun = 50_000;

/** An account that is gone when the block ends: `await using`. */
export async function account(options: SimulatorOptions = {}): Promise<Simulator & AsyncDisposable> {
  // Each lead costs a request for those who follow it; small pages make many of few.
  const readings = { pageCap: 50, ...options.readings };
  const simulator = await startSimulator({
    leads: 120,
    requestsPerSecond: null,
    compress: false,
    ...options,
    readings,
  });
  return Object.assign(simulator, { [Symbol.asyncDispose]: () => simulator.close() });
}

export function settingsFor(simulator: Simulator, more: object = {}): Record<string, unknown> {
  const { url, token } = simulator;
  return { subdomain: 'simulated', api_url: url, api_key: token, requests_per_second: 10_000, ...more };
}

const catalog = {
  streams: streams.map(({ name, incremental }) => ({
    stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
    sync_mode: incremental ? 'incremental' : 'full_refresh',
    destination_sync_mode: 'append',
  })),
};

export interface WholeRun {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  messages: Message[];
  /** The errors of single streams, by stream. */
  failures: Record<string, Message>;
  /** The error of the run as a whole. */
  failure: Message | undefined;
  complete: string[];
}

/** Starts the program on files with these contents, in a time that passes `speed` times faster. */
export function startFlying(
  name: string,
  args: readonly string[],
  files: Record<string, unknown>,
  speed = 20,
): ReturnType<typeof startProgram> {
  const paths = Object.entries(writeFiles(files)).flatMap(([flag, path]) => [`--${flag}`, path]);
  const preload = new URL('flying-time.ts', import.meta.url).href;
  return startProgram(name, [...args, ...paths], {
    NODE_OPTIONS: `--import=${preload}`,
    TIME_FLIES: `${speed}`,
  });
}

interface Reading {
  state?: Message[];
  speed?: number;
  flags?: readonly string[];
}

/** Reads every stream, incrementally where that is possible. Throws for a line that is no valid message. */
export async function readAll(
  config: Record<string, unknown>,
  { state, speed, flags = [] }: Reading = {},
): Promise<WholeRun> {
  const files = { config, catalog, ...(state !== undefined && { state }) };
  const program = startFlying('source-kommo', ['read', ...flags], files, speed);
  const late = setTimeout(() => program.kill('SIGKILL'), longestRun);
  const run = understood(await ended(program));
  clearTimeout(late);
  expect(run.signal).toBeNull();
  return run;
}

/** The same without a process of its own, for runs that nothing disturbs. */
export async function readAllHere(config: Record<string, unknown>, state: Message[]): Promise<WholeRun> {
  const paths = Object.entries(writeFiles({ config, catalog, state })).flatMap(([flag, path]) => [
    `--${flag}`,
    path,
  ]);
  return understood({ signal: null, ...(await performHere(['read', ...paths], { clock: systemClock })) });
}

export function understood({ code, signal, stdout, stderr }: Ended): WholeRun {
  // The platform logs each line of stderr as an error (airbyte.md §2.2).
  expect(stderr).toBe('');
  const messages = readMessages(stdout);
  const errors = errorsIn(messages);
  const named = errors.filter(({ stream_descriptor }) => stream_descriptor !== undefined);
  for (const { message, stack_trace } of errors) {
    expect(stack_trace).toBeUndefined();
    expect(message).not.toMatch(/\n|^\s*$/);
  }
  return {
    code,
    signal,
    stdout,
    messages,
    failures: Object.fromEntries(named.map((error) => [error.stream_descriptor.name, error])),
    failure: errors.find(({ stream_descriptor }) => stream_descriptor === undefined),
    complete: statusesIn(messages)
      .filter((status) => status.endsWith(' COMPLETE'))
      .map((status) => status.split(' ')[0]!),
  };
}

/** The last state of each stream, as a platform passes it to the next read. */
export function lastStates(messages: Message[]): Message[] {
  const last = new Map<string, Message>();
  for (const { type, stream } of ofType(messages, 'STATE'))
    last.set(stream.stream_descriptor.name, { type, stream });
  return [...last.values()];
}

/** What must be at the other end: `id version` of each record that can be asked for, by stream. */
function truthOf(simulator: Simulator, name: string): Promised[] {
  return [...simulator.account.truth(name)]
    .map(({ id, version, updated_at }) => ({ key: String(id), version, second: updated_at }))
    .filter(readable(simulator, streamNamed(name)));
}

function streamNamed(name: string): Stream {
  return streams.find((stream) => stream.name === name)!;
}

function deliveredBy({ account }: Simulator, name: string, messages: Message[]): Set<string> {
  const { key } = streamNamed(name);
  const records = ofType(messages, 'RECORD').filter(({ stream }) => stream === name);
  return new Set(records.map(({ data }) => together(keyOf(data, key), account.versionOf(name, data))));
}

const keyOf = (data: Message, key: readonly string[]) => key.map((column) => data[column]).join('/');
const together = (key: string, version: number) => `${key} ${version}`;

/** Every record of the stream was delivered by one of the runs. */
export function expectDelivered(simulator: Simulator, runs: readonly Message[][], names = streamNames): void {
  for (const name of names) {
    const delivered = deliveredBy(simulator, name, runs.flat());
    const lost = truthOf(simulator, name).filter(
      ({ key, version }) => !delivered.has(together(key, version)),
    );
    expect(lost, `${name}: lost`).toEqual([]);
    // In a small account nobody has deleted anything yet.
    if (name !== 'deletions') expect(delivered.size, `${name}: delivered`).toBeGreaterThan(0);
  }
}

/** No STATE of a run that began without one covers a record that was not written before it. */
export function expectHonestStates(simulator: Simulator, messages: Message[]): void {
  const delivered = new Map<string, Set<string>>(streamNames.map((name) => [name, new Set()]));
  const truths = new Map(streamNames.map((name) => [name, truthOf(simulator, name)]));
  const through = new Map<string, number>();
  for (const message of messages) {
    if (message.type === 'RECORD') {
      const { stream, data } = message.record;
      const { key } = streamNamed(stream);
      delivered.get(stream)!.add(together(keyOf(data, key), simulator.account.versionOf(stream, data)));
    }
    if (message.type !== 'STATE') continue;
    const { stream_descriptor, stream_state: state } = message.state.stream;
    const { name } = stream_descriptor;
    // The marker of a stream that has no state yet vouches for nothing.
    if (state.version === undefined) continue;
    const missing = truths
      .get(name)!
      .filter(({ key, version }) => !delivered.get(name)!.has(together(key, version)))
      .filter(isCoveredBy(state, streamNamed(name)));
    expect(missing, `${name}: covered by a state and not delivered`).toEqual([]);
    expect(state.through).toBeGreaterThanOrEqual(through.get(name) ?? -1);
    through.set(name, state.through);
  }
}

/** The run is complete, and says so. */
export function expectComplete(simulator: Simulator, run: WholeRun): void {
  expect(run.failure?.message ?? Object.values(run.failures)[0]?.message).toBeUndefined();
  expect(run.code).toBe(0);
  expect(run.complete.sort()).toEqual([...streamNames].sort());
  expectHonestStates(simulator, run.messages);
  expectDelivered(simulator, [run.messages]);
}
