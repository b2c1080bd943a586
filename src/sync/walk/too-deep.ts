import { UnexpectedAnswerError } from '../../errors.ts';
import type { Bounds } from '../bounds.ts';
import type { Listing, PageRead } from '../listing.ts';

/**
 * Whether the last page that shows rows is a depth, instead of the end, where the page `emptyPage` brought nothing. A
 * server that counts pages gives the same rows on a page of so high a number too, unless it gives none so deep. Where
 * each request brings another order, `rows` is empty, and any will do.
 */
export async function isDepth(
  listing: Listing,
  bounds: Bounds,
  { page, limit, rows }: Pick<PageRead, 'page' | 'limit' | 'rows'>,
  emptyPage: number,
): Promise<boolean> {
  if (page === 1 && emptyPage <= 2) return false;
  const size = Math.min(limit, listing.facts.pageCap);
  const ids = new Set(rows.map(({ id }) => id));
  // Half of the first page stands in front of a place in it.
  const before = page === 1 ? Math.floor(size / 2) : (page - 1) * size;
  // Smaller pages, of which later ones stand where this one does.
  const smaller = Math.max(1, Math.floor(before / Math.max(page, emptyPage - 1)));
  const first = Math.floor(before / smaller) + 1;
  for (const deeper of [first, first + 1]) {
    const again = await listing.ask({ bounds, place: () => ({ page: deeper, limit: smaller }), looks: 3 });
    // Some servers give the last page again instead.
    if (again.rows.some(({ id }) => ids.size === 0 || ids.has(id))) return false;
  }
  // Rows that were removed meanwhile are on no page, this one included.
  const still = await listing.ask({ bounds, place: () => ({ page, limit }), looks: 3 });
  return still.rows.length > 0;
}

/** What cannot be read behind `page`. */
export function tooDeep({ purpose }: Listing, page: number): UnexpectedAnswerError {
  return new UnexpectedAnswerError(
    `${purpose}: Kommo gives no page behind page ${page}, and there may be more records than that in a place that cannot be read in parts`,
  );
}
