import { beforeAll } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import type { SchemaNode } from '../../../src/dialect/singer/json-schema.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../src/simulator/simulator.ts';
import { streams } from '../../../streams/index.ts';
import { runIn, skippingClock } from '../../cli/in-process.ts';
import { type Ended, writeFiles } from '../../cli/program.ts';

export interface Message {
  type: string;
  stream?: string;
  schema?: SchemaNode;
  key_properties?: string[];
  bookmark_properties?: string[];
  record?: Record<string, unknown>;
  time_extracted?: string;
  version?: number;
  value?: { bookmarks: Record<string, Record<string, unknown>> };
}

export interface Run extends Ended {
  messages: Message[];
  /** The records of each stream, in order. */
  records: Record<string, Record<string, unknown>[]>;
  state: NonNullable<Message['value']>;
}

/** An account in a time of its own, in which nobody waits. */
export type TimedAccount = Simulator & { clock: Clock };

export async function startAccount(options: SimulatorOptions = {}): Promise<TimedAccount> {
  const clock = skippingClock();
  const simulator = await startSimulator({ clock, requestsPerSecond: null, compress: false, ...options });
  return Object.assign(simulator, { clock });
}

/** A simulated account for the tests of a file. */
export function simulatedAccount(options: SimulatorOptions = {}): { readonly simulator: TimedAccount } {
  let simulator: TimedAccount;
  beforeAll(async () => {
    simulator = await startAccount({ leads: 300, ...options });
    return () => simulator.close();
  });
  return {
    get simulator() {
      return simulator;
    },
  };
}

export function settingsFor(simulator: Simulator): Record<string, unknown> {
  return { subdomain: 'acme', api_key: simulator.token, api_url: simulator.url, requests_per_second: 1000 };
}

interface Inputs {
  settings?: Record<string, unknown>;
  catalog?: unknown;
  state?: unknown;
  flags?: readonly string[];
  environment?: NodeJS.ProcessEnv;
}

/** The flags and files of a sync. */
export function syncFlags(
  simulator: Simulator,
  { settings, catalog, state, flags = [] }: Inputs = {},
): string[] {
  const files = writeFiles<string>({
    config: { ...settingsFor(simulator), ...settings },
    ...(catalog !== undefined && { catalog }),
    ...(state !== undefined && { state }),
  });
  return [...Object.entries(files).flatMap(([name, path]) => [`--${name}`, path]), ...flags];
}

/** Runs the tap, here or as a process of its own, and reads what it said. */
export async function sync(
  simulator: TimedAccount,
  inputs: Inputs = {},
  run = runIn(simulator.clock),
): Promise<Run> {
  const ended = await run('tap-kommo', syncFlags(simulator, inputs), inputs.environment);
  return { ...ended, ...understood(ended.stdout) };
}

/** The messages in what a tap wrote. Throws for a line that is none. */
export function understood(stdout: string): Pick<Run, 'messages' | 'records' | 'state'> {
  const messages = stdout
    .split('\n')
    .filter((line, index, lines) => line !== '' || index < lines.length - 1)
    .map((line) => JSON.parse(line) as Message);
  const records: Run['records'] = {};
  for (const { type, stream, record } of messages) {
    if (type !== 'RECORD') continue;
    records[stream!] ??= [];
    records[stream!]!.push(record!);
  }
  const state = messages.findLast(({ type }) => type === 'STATE')?.value ?? { bookmarks: {} };
  return { messages, records, state };
}

/** What has to be at the other end: each record's id and version, in order of ids. */
export function truth({ account }: Simulator, stream: string): string[] {
  const { parent } = streams.find(({ name }) => name === stream)!.lists[0]!;
  const parents = streams.find(({ lists }) => lists[0] === parent?.list);
  const parentOf = (id: unknown) => (parents && account.record(parents.name, `${id}`.split('/')[0]!)) ?? {};
  return [...account.truth(stream)]
    .filter(({ id }) => parent?.when(parentOf(id)) !== false)
    .map(({ id, version }) => `${id} v${version}`)
    .sort();
}

/** The same of what was delivered: of each id the version that came last, as an upsert keeps it. */
export function delivered(
  simulator: Simulator,
  stream: string,
  records: Record<string, unknown>[] = [],
): string[] {
  const { key } = streams.find(({ name }) => name === stream)!;
  const last = new Map(
    records.map((record) => [
      key.map((column) => record[column]).join('/'),
      simulator.account.versionOf(stream, record),
    ]),
  );
  return [...last].map(([id, version]) => `${id} v${version}`).sort();
}

export const streamNames = streams.map(({ name }) => name);

/** Those that a tap reads by itself, and that a catalog selects as discovery prints it. */
export const defaultNames = streams.filter((stream) => stream.selectedByDefault).map(({ name }) => name);
