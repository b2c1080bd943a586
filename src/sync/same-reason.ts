import { isSourceError, NotAvailableError } from '../errors.ts';
import type { Failures } from './run.ts';

/** Streams that failed for one and the same reason. */
export interface FailedTogether {
  streams: string[];
  error: unknown;
  /** The reason in words for the user; undefined for what we did not foresee. */
  message: string | undefined;
}

/** The failures of a run, so that what several streams have in common is said once. */
export function bySameReason(failures: Failures): FailedTogether[] {
  const groups = Map.groupBy(failures, ([, error]) => reasonOf(error));
  return [...groups.values()].map((group) => {
    const streams = group.map(([stream]) => stream);
    const [, error] = group[0]!;
    return { streams, error, message: messageFor(streams, error) };
  });
}

function messageFor(streams: readonly string[], error: unknown): string | undefined {
  if (!isSourceError(error)) return undefined;
  if (streams.length === 1 || !(error instanceof NotAvailableError)) return error.message;
  return `Kommo refuses them (${error.status}): they need ${error.needs}.`;
}

/** What makes two errors the same for the user. */
function reasonOf(error: unknown): unknown {
  if (error instanceof NotAvailableError) return `${error.status} ${error.needs}`;
  return isSourceError(error) ? error.message : error;
}
