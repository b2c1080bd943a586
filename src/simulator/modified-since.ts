import type { Condition } from './filters.ts';
import type { ListQuery } from './query.ts';
import { type Readings, readingFor } from './readings.ts';
import type { ServedList } from './served-list.ts';

/** Obeys `If-Modified-Since` as far as the reading says; false where nothing is newer. */
export function narrowToNewer(
  condition: Condition,
  { declaration, table }: ServedList,
  { modifiedSince }: ListQuery,
  readings: Readings,
): boolean {
  const reading = readingFor(readings, 'ifModifiedSince', declaration.name);
  if (modifiedSince === undefined || reading === 'ignored' || !declaration.dates.includes('updated_at'))
    return true;
  const versions = table.orderedBy('updated');
  if (versions.before(modifiedSince + 1) === versions.size) return false;
  if (reading === 'newer') {
    const { low = 0, high = Number.POSITIVE_INFINITY } = condition.updated ?? {};
    condition.updated = { low: Math.max(low, modifiedSince + 1), high };
  }
  return true;
}
