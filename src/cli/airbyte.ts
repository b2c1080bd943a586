import { describeFailure } from '../dialect/airbyte/failure.ts';
import { errorLine, logLine } from '../dialect/airbyte/messages.ts';
import type { Log } from '../log.ts';
import type { Context } from './context.ts';

/** The error of an Airbyte verb as a TRACE line, which together with the exit code makes the platform notice. */
export async function traceFailure(context: Context, error: unknown): Promise<void> {
  await context.stdout.writeText(errorLine(describeFailure(error), context.clock.now()));
}

/** A log whose entries are LOG lines on stdout; `debug`, or LOG_LEVEL in the environment, lets the finest through. */
export function airbyteLog(context: Context, debug: boolean): Log {
  return (level, message) => {
    if (level === 'debug' && !debug && context.environment.LOG_LEVEL !== 'debug') return;
    // A failed write is met by the next line that somebody waits for.
    context.stdout
      .writeText(logLine(level, message))
      .then(() => context.stdout.flush())
      .catch(() => {});
  };
}
