import * as files from 'node:fs/promises';
import { constants } from 'node:os';
import type { Context } from './cli/context.ts';
import { perform } from './cli/perform.ts';
import { systemClock } from './clock.ts';
import { InterruptedError } from './errors.ts';
import { createRedactor } from './redact.ts';
import { LineWriter, outputLost } from './sink/lines.ts';
import { openTerminal } from './sink/terminal.ts';

type Signal = 'SIGTERM' | 'SIGINT';

/** How long a run may take to end after a signal: orchestrators kill after ten seconds (airbyte.md §2.5). */
const graceMilliseconds = 4000;

/** Runs `program` with the arguments, signals and streams of this process. The exit code is set, never forced. */
export async function main(program: string, packageRoot: URL): Promise<void> {
  const stopping = new AbortController();
  const redactor = createRedactor();
  const context: Context = {
    program,
    arguments: process.argv.slice(2),
    environment: process.env,
    processId: process.pid,
    stdout: new LineWriter(process.stdout, redactor),
    stderr: openTerminal(process.stderr, redactor),
    openStdin: () => process.stdin,
    clock: systemClock,
    files,
    signal: stopping.signal,
    redactor,
    packageRoot,
    loadStreams: async () => (await import('../streams/index.ts')).streams,
  };
  const reraise = stopOnSignal(stopping);
  process.stdout.on('error', (error) => stopping.abort(outputLost(error)));
  const crashed = new Promise<never>((_, reject) => {
    const crash = (error: unknown) => {
      reject(error);
      stopping.abort(new InterruptedError('Stopped by a bug.', { cause: error }));
    };
    process.on('uncaughtException', crash);
    process.on('unhandledRejection', crash);
  });
  process.exitCode = await perform(context, crashed);
  reraise();
}

/**
 * The first signal asks the run to stop between pages, the second one ends the process at once. Returns what is
 * left to do when the run has stopped: whoever waits for us shall learn of the signal itself, because an
 * interrupted run is no success (airbyte.md §2.5).
 */
function stopOnSignal(stopping: AbortController): () => void {
  let reraise = () => {};
  const stop = (signal: Signal) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.removeListener(name, stop);
      // A container's first process is not ended by signals that nobody listens to.
      if (process.pid === 1) process.on(name, endBy);
    }
    reraise = () => endBy(signal);
    // A reader that has stopped reading, but keeps the pipe open, would hold us for ever.
    setTimeout(reraise, graceMilliseconds).unref();
    stopping.abort(new InterruptedError(`Stopped by ${signal}.`));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  return () => reraise();
}

/** Ends by the signal itself, or as a container's first process with the code that a shell would show for it. */
function endBy(signal: Signal): void {
  if (process.pid === 1) process.exit(128 + constants.signals[signal]);
  process.kill(process.pid, signal);
}
