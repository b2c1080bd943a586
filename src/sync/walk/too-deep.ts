import { UnexpectedAnswerError } from '../../errors.ts';
import type { Bounds } from '../bounds.ts';
import type { Listing, PageRead } from '../listing.ts';

/**
 * The last page that shows rows is an end or a depth. A server that counts pages gives the same rows on a page of a
 * higher number too, unless it gives none so deep: then the rest cannot be read, and this throws.
 */
export async function checkDepth(
  listing: Listing,
  bounds: Bounds,
  { page, limit, rows }: Pick<PageRead, 'page' | 'limit' | 'rows'>,
): Promise<void> {
  if (page === 1) return;
  const size = Math.min(limit, listing.facts.pageCap);
  const half = Math.max(1, Math.floor(size / 2));
  const first = Math.floor(((page - 1) * size) / half) + 1;
  const ids = new Set(rows.map(({ id }) => id));
  // Smaller pages with higher numbers that stand where this one does.
  for (let deeper = first; (deeper - 1) * half < page * size; deeper += 1) {
    const again = await listing.ask({ bounds, place: () => ({ page: deeper, limit: half }), looks: 3 });
    // Some servers give the last page again instead.
    if (again.rows.some(({ id }) => ids.has(id))) return;
  }
  listing.facts.maximumPage = page;
  throw new UnexpectedAnswerError(
    `${listing.purpose}: Kommo gives no page behind page ${page}, and there may be more records than that in a place that cannot be read in parts`,
  );
}
