import type { KommoClient } from '../api/kommo-client.ts';
import type { Kinds, List } from '../stream/declaration.ts';
import { concernsAll } from './concerns-all.ts';
import type { PlannedStream } from './event.ts';
import type { ListState } from './state.ts';

/** Seconds. New kinds are rare, and nothing of them is lost: what is new is read from its beginning. */
const week = 7 * 24 * 60 * 60;

/** Completes the kinds of rows that a stream asks for by those that the account names, at first and then once a week. */
export async function withNamedKinds(
  planned: PlannedStream,
  client: KommoClient,
  closed: number,
): Promise<PlannedStream> {
  const { stream, state } = planned;
  if (stream.lists.every(({ kinds }) => kinds?.catalog === undefined)) return planned;
  const completed = async (list: List): Promise<List> => {
    const { kinds } = list;
    if (kinds?.catalog === undefined) return list;
    const before = stream.lists.length > 1 ? state?.lists?.[list.name] : state;
    const known = namesIn(before);
    const isKnown = before !== undefined && Math.floor(before.until / week) === Math.floor(closed / week);
    const named = isKnown ? [] : await namesOf(kinds, client, stream.name);
    const also = [...new Set([...known, ...named])].filter((name) => !kinds.names.includes(name));
    return { ...list, kinds: { ...kinds, also } };
  };
  return { ...planned, stream: { ...stream, lists: await Promise.all(stream.lists.map(completed)) } };
}

/** The names that are not declared, as a state has them; undefined for lists that take none. */
export function kindsState({ kinds }: List): string | undefined {
  return kinds?.catalog && (kinds.also ?? []).join(' ');
}

/** Whether what a state covers was asked for under all names; of those that are new, rows may be as old as the list. */
export function coversKinds(state: ListState, { kinds }: List): boolean {
  const known = new Set(namesIn(state));
  return (kinds?.also ?? []).every((name) => known.has(name));
}

function namesIn(state: ListState | undefined): string[] {
  return (state?.kinds ?? '').split(' ').filter((name) => name !== '');
}

/** None where the account does not tell: it is asked again in the next week. */
async function namesOf({ catalog }: Kinds, client: KommoClient, purpose: string): Promise<string[]> {
  const { path, envelope, field, isWanted } = catalog!;
  try {
    const { rows } = await client.list({ path, envelope, query: {}, purpose });
    return rows
      .map((row) => (row as Record<string, unknown> | null)?.[field])
      .filter((name) => typeof name === 'string')
      .filter(isWanted)
      .sort();
  } catch (error) {
    if (concernsAll(error)) throw error;
    return [];
  }
}
