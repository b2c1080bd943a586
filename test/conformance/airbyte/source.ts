/** The program as a platform uses it: files in, messages out, every line checked. */
import { ok } from 'node:assert';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import { runHere } from '../../cli/in-process.ts';
import { writeFiles } from '../../cli/program.ts';
import { type Message, ofType, readMessages } from '../../dialect/airbyte/messages.ts';

export interface Outcome {
  code: number | null;
  messages: Message[];
}

/** Runs a verb, here or as a process of its own. */
export async function runVerb(
  verb: string,
  files: Record<string, unknown> = {},
  run = runHere,
): Promise<Outcome> {
  const paths = writeFiles(files);
  const flags = Object.entries(paths).flatMap(([name, path]) => [`--${name.split('.')[0]}`, path]);
  const { code, stdout, stderr } = await run('source-kommo', [verb, ...flags]);
  // The platform logs each line of stderr as an error (airbyte.md §2.2).
  ok(stderr === '', stderr);
  return { code, messages: readMessages(stdout) };
}

export function settingsFor(simulator: Simulator, more: object = {}) {
  return {
    subdomain: 'simulated',
    api_url: simulator.url,
    credentials: { auth_type: 'long_lived_token', access_token: simulator.token },
    requests_per_second: 10_000,
    ...more,
  };
}

/** A configured catalog of the discovered streams, or of the named ones. */
export function configure(catalog: Message, syncMode: string, names?: readonly string[]): Message {
  const streams = catalog.streams.filter((stream: Message) => names?.includes(stream.name) ?? true);
  return {
    streams: streams.map((stream: Message) => ({
      stream: structuredClone(stream),
      sync_mode: syncMode,
      destination_sync_mode: 'append',
    })),
  };
}

export const recordsOf = (messages: Message[], stream: string): Message[] =>
  ofType(messages, 'RECORD').filter((record) => record.stream === stream);

export const statesOf = (messages: Message[], stream: string): Message[] =>
  ofType(messages, 'STATE').filter((state) => state.stream.stream_descriptor.name === stream);

/** The last state of each stream, as a platform passes it to the next read. */
export function finalState(messages: Message[]): Message[] {
  const last = new Map<string, Message>();
  for (const state of ofType(messages, 'STATE')) last.set(state.stream.stream_descriptor.name, state);
  return [...last.values()].map(({ type, stream }) => ({ type, stream }));
}
