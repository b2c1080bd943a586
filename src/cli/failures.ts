import type { Failures } from '../sync/run.ts';
import { bySameReason } from '../sync/same-reason.ts';

/** What could not be read in full and why, a line each; `whenStopped` alone where somebody stopped the run. */
export function describeFailures(
  failures: Failures,
  signal: AbortSignal,
  whenStopped = 'stopped before the end',
): string[] {
  if (signal.aborted) return [whenStopped];
  return bySameReason(failures).map(({ streams, error, message }) => {
    const incomplete = `${streams.join(', ')} ${streams.length === 1 ? 'is' : 'are'} not complete`;
    if (message !== undefined) return `${incomplete}: ${message}`;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${incomplete} because of a bug in this program; please report it: ${text}`;
  });
}
