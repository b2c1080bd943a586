import type { List, Stream } from '../../src/stream/declaration.ts';
import { parseIntervals } from '../../src/stream/interval.ts';
import { parseParentsDone } from '../../src/sync/parents-done.ts';
import type { ListState, StreamState } from '../../src/sync/state.ts';

/** A record that a state may vouch for. */
export interface Promised {
  /** The columns of the key, with slashes between them. */
  key: string;
  version: number;
  /** Unix seconds, by the cursor where there is one. */
  second: number;
}

type Test = (record: Promised) => boolean;

/** Which records of a stream its state says to be delivered, where all runs so far have begun from that state's own. */
export function isCoveredBy(state: StreamState, stream: Stream): Test {
  const tests = stream.lists.map((list): Test => {
    const own = state.lists?.[list.name] ?? state;
    const within = list.name === '' ? '' : `${list.adds[stream.key[0]!]}/`;
    const isCovered = coveredIn(own, list, stream.key);
    return (record) => record.key.startsWith(within) && isCovered(record);
  });
  return (record) => tests.some((test) => test(record));
}

function coveredIn(state: ListState, { parent, cursor }: List, key: readonly string[]): Test {
  if (parent !== undefined) {
    // Where the lists of all parents are done, the state says since when and names no parents.
    if (state.through >= 0) return () => true;
    const done = parseParentsDone(state.done);
    const place = key.findIndex((column) => column in parent.adds);
    return (record) => place >= 0 && done.has(idOf(record.key.split('/')[place]!));
  }
  if (cursor === undefined) return () => state.finished === 1;
  const covered = [{ from: 0, to: state.through }, ...parseIntervals(state.done)!];
  return ({ second }) => covered.some(({ from, to }) => second >= from && second <= to);
}

function idOf(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}
