import type { Refusal } from './list-reading.ts';
import type { StreamReading } from './stream-reading.ts';

/** So many parts are named; of more, their number says enough. */
const mostNamed = 10;

/** One line for what of a stream this account or token cannot have, and what it needs. */
export function describeRefusals({ name, isRefused, refusals }: StreamReading): string {
  if (isRefused) return `${name}: left out. ${refusals[0]!.error.message}`;
  const reasons = [...Map.groupBy(refusals, ({ error }) => error.status)].map(
    ([status, same]) => `${namesOf(same)} (${status}: it needs ${same[0]!.error.needs})`,
  );
  return `${name}: read without ${reasons.join(' and without ')}`;
}

function namesOf(refusals: readonly Refusal[]): string {
  const names = refusals.slice(0, mostNamed).map(({ name }) => name);
  const more = refusals.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
