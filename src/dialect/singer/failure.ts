import { isSourceError } from '../../errors.ts';
import type { Failures } from '../../sync/run.ts';
import { bySameReason } from '../../sync/same-reason.ts';
import type { TapLog } from './tap-log.ts';

/** Logs why the tap failed as a whole: the details first, last the one line that its user has to see. */
export function reportError({ log, critical }: TapLog, error: unknown): void {
  const detail = detailOf(error);
  if (detail !== undefined) log('error', detail);
  critical(messageOf(error));
}

/** Logs which streams could not be read in full, and why. */
export function reportFailures({ log, critical }: TapLog, failures: Failures): void {
  const groups = bySameReason(failures);
  for (const { streams, error, message = messageOf(error) } of groups) {
    log('error', `${streams.length === 1 ? 'Stream' : 'Streams'} ${streams.join(', ')}: ${message}`);
    const detail = detailOf(error);
    if (detail !== undefined) log('error', detail);
  }
  const messages = groups.map(({ error, message = messageOf(error) }) => message);
  critical(`Not read in full: ${[...failures.keys()].join(', ')}. ${messages.join(' ')}`);
}

function messageOf(error: unknown): string {
  if (isSourceError(error)) return error.message;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `A bug in tap-kommo; please report it: ${text}`;
}

function detailOf(error: unknown): string | undefined {
  if (isSourceError(error)) return error.detail;
  return error instanceof Error ? error.stack : undefined;
}
