import * as files from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { pathToFileURL } from 'node:url';
import type { Context } from '../../src/cli/context.ts';
import { perform } from '../../src/cli/perform.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { createRedactor } from '../../src/redact.ts';
import { LineWriter } from '../../src/sink/lines.ts';
import { openTerminal } from '../../src/sink/terminal.ts';
import { streams } from '../../streams/index.ts';
import { expectNoLeaks, secretsOf } from './leaks.ts';
import { type Ended, root } from './program.ts';

export interface Performed {
  code: number;
  stdout: string;
  stderr: string;
}

/** A clock that never waits: a sleep is over at once, and the time is later by as much. */
export function hastyClock(now = 1_763_600_000_000): Clock {
  let time = now;
  return {
    now: () => time,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      time += milliseconds;
    },
  };
}

/** What differs from a world in which nothing happens; `onLine` sees what is printed while it is printed. */
type World = Partial<Context> & {
  onLine?(line: string): void;
  crashed?: Promise<never>;
  /** stdout is watched by a person. */
  isTerminal?: boolean;
};

/** Runs a command without a process of its own, in a world that is all parameters. */
export async function performHere(
  args: readonly string[],
  { onLine, crashed = new Promise(() => {}), isTerminal = false, ...world }: World = {},
): Promise<Performed> {
  let stdout = '';
  let stderr = '';
  const target = new Writable({
    write(chunk, _encoding, done) {
      const text = `${chunk}`;
      stdout += text;
      if (onLine) for (const line of text.split('\n')) onLine(line);
      done();
    },
  });
  Object.assign(target, { isTTY: isTerminal });
  const errors = new Writable({
    write(chunk, _encoding, done) {
      stderr += chunk;
      done();
    },
  });
  const redactor = createRedactor();
  const context: Context = {
    program: 'source-kommo',
    arguments: args,
    environment: {},
    processId: 1,
    stdout: new LineWriter(target, redactor),
    stderr: openTerminal(errors as WriteStream, redactor),
    openStdin: () => Readable.from([]),
    clock: hastyClock(),
    files,
    signal: new AbortController().signal,
    redactor,
    packageRoot: pathToFileURL(root),
    loadStreams: async () => streams,
    ...world,
  };
  const secrets = secretsOf(args, context.environment);
  const code = await perform(context, crashed);
  expectNoLeaks(args, { stdout, stderr }, [...secrets, ...secretsOf(args, {})]);
  return { code, stdout, stderr };
}

/** The time of day, and later by all that anybody has slept: nobody waits for it. */
export function skippingClock(): Clock {
  let skipped = 0;
  return {
    now: () => Date.now() + skipped,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      skipped += milliseconds;
    },
  };
}

/**
 * What `runProgram` does, without a process of its own: to load the program anew takes longer than most of what tests
 * have it do.
 */
export const runHere = runIn(systemClock);

/** The same in a time that the account shares. */
export function runIn(clock: Clock) {
  return async (
    program: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<Ended> => ({ signal: null, ...(await performHere(args, { program, environment, clock })) });
}
