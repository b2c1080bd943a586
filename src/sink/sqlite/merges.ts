/** One record that became a part of another of the same stream. */
export interface Merge {
  stream: string;
  loser: number;
  winner: number;
  /** Unix seconds. */
  at: number;
}

/** What events call an entity, and the stream of it. */
export const streamsOfEntities: ReadonlyMap<unknown, string> = new Map([
  ['lead', 'leads'],
  ['contact', 'contacts'],
  ['company', 'companies'],
  ['customer', 'customers'],
]);

/**
 * The merges that an event tells of: it is about the winner, and what was before names the losers as links. An event
 * that names one record only does not say which of the two that is, and tells of none.
 */
export function mergesOf(event: Readonly<Record<string, unknown>>): Merge[] {
  const { type, entity_type, entity_id: winner, created_at: at, value_before } = event;
  const stream = streamsOfEntities.get(entity_type);
  if (type !== 'entity_merged' || stream === undefined) return [];
  if (typeof winner !== 'number' || typeof at !== 'number' || typeof value_before !== 'string') return [];
  return linkedIn(value_before)
    .filter(({ type, id }) => type === entity_type && typeof id === 'number' && id !== winner)
    .map(({ id }) => ({ stream, loser: id as number, winner, at }));
}

function linkedIn(text: string): { type?: unknown; id?: unknown }[] {
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(values)) return [];
  return values.flatMap((value) => value?.link?.entity ?? []);
}
