import type { Command } from './cli/command.ts';
import { findCommand } from './cli/commands.ts';
import type { Context } from './cli/context.ts';
import { systemClock } from './clock.ts';
import { InterruptedError, isSourceError, UsageError } from './errors.ts';
import { createRedactor } from './redact.ts';
import { LineWriter } from './sink/lines.ts';
import { openTerminal } from './sink/terminal.ts';

type Signal = 'SIGTERM' | 'SIGINT';

/** Runs `program` with the arguments, signals and streams of this process. The exit code is set, never forced. */
export async function main(program: string, packageRoot: URL): Promise<void> {
  const stopping = new AbortController();
  const redactor = createRedactor();
  const context: Context = {
    program,
    arguments: process.argv.slice(2),
    environment: process.env,
    stdout: new LineWriter(process.stdout, redactor),
    stderr: openTerminal(process.stderr, redactor),
    clock: systemClock,
    signal: stopping.signal,
    redactor,
    packageRoot,
    loadStreams: async () => (await import('../streams/index.ts')).streams,
  };
  const received = stopOnSignal(stopping);
  process.stdout.on('error', (error) =>
    stopping.abort(new InterruptedError('The reader of the output went away.', { cause: error })),
  );
  process.exitCode = await perform(context);
  const signal = received();
  // An interrupted run is no success: who waits for us learns of the signal itself (airbyte.md §2.5).
  if (signal !== undefined) process.kill(process.pid, signal);
}

/** The first signal asks the run to stop between pages; the second one ends the process at once. */
function stopOnSignal(stopping: AbortController): () => Signal | undefined {
  let received: Signal | undefined;
  const stop = (signal: Signal) => {
    received = signal;
    process.removeListener('SIGTERM', stop);
    process.removeListener('SIGINT', stop);
    stopping.abort(new InterruptedError(`Stopped by ${signal}.`));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  return () => received;
}

/** Runs the command to its end and reports what went wrong: 0 complete, 1 failed, 2 wrong usage. */
async function perform(context: Context): Promise<number> {
  let command: Command | undefined;
  let code: number;
  const { promise: crashed, reject } = Promise.withResolvers<never>();
  process.on('uncaughtException', reject);
  process.on('unhandledRejection', reject);
  try {
    const found = await Promise.race([findCommand(context), crashed]);
    command = found.command;
    code = await Promise.race([command.run(found.context), crashed]);
  } catch (error) {
    code = error instanceof UsageError ? 2 : 1;
    await report(context, command, error).catch(() => {});
  }
  await context.stdout.flush().catch(() => {
    code = 1;
  });
  return code;
}

async function report(context: Context, command: Command | undefined, error: unknown): Promise<void> {
  if (error instanceof UsageError) {
    context.stderr.write(`${context.program}: ${error.message} (see ${context.program} --help)\n`);
  } else if (error instanceof InterruptedError) {
    // Whoever stopped us knows; there is nothing to mend.
  } else if (command?.fail) {
    await command.fail(context, error);
  } else if (isSourceError(error)) {
    context.stderr.write(`${context.program}: ${error.message}\n`);
  } else {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    context.stderr.write(`${context.program}: a defect of this program, please report it: ${text}\n`);
  }
}
