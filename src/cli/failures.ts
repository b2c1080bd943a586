import { isSourceError } from '../errors.ts';
import type { Failures } from '../sync/run.ts';

/** What could not be read in full and why, a line each; `whenStopped` alone where somebody stopped the run. */
export function describeFailures(
  failures: Failures,
  signal: AbortSignal,
  whenStopped = 'stopped before the end',
): string[] {
  if (signal.aborted) return [whenStopped];
  return [...failures].map(([stream, error]) => {
    if (isSourceError(error)) return `${stream} is not complete: ${error.message}`;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${stream} is not complete because of a bug in this program; please report it: ${text}`;
  });
}
