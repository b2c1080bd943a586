import type { Stream } from '../stream/declaration.ts';
import type { StreamState } from './state.ts';

/** A list that is read whole and took more requests than this need not be read at every run. */
const costly = 20;
/** Seconds. Runs at the same hour of each day are not always a day apart. */
const restsFor = 23 * 60 * 60;

/**
 * When a stream was read that can only be read whole, takes many requests, and was read in full less than a day ago;
 * undefined for any other. Both in Unix seconds.
 */
export function restingSince(
  { lists }: Stream,
  state: StreamState | undefined,
  now: number,
): number | undefined {
  const isWhole = lists.every(({ filter, parent }) => filter === undefined && !parent?.onlyChanged);
  if (!isWhole || state?.finished !== 1 || state.newestFirst === 1 || state.requests <= costly)
    return undefined;
  return now - state.until < restsFor ? state.until : undefined;
}
