import { UnexpectedAnswerError } from '../../errors.ts';
import type { Bounds } from '../bounds.ts';
import type { Listing, PageRead } from '../listing.ts';

/**
 * A full page with nothing behind it is an end or a depth. A server that counts pages gives the same rows as a page
 * of a higher number too, unless it gives none so deep: then the rest cannot be read, and this throws.
 */
export async function checkDepth(
  listing: Listing,
  bounds: Bounds,
  { page, limit }: Pick<PageRead, 'page' | 'limit'>,
): Promise<void> {
  const half = Math.max(1, Math.floor(limit / 2));
  const place = { page: Math.floor(((page - 1) * limit) / half) + 1, limit: half };
  if (place.page <= page) return;
  const { rows } = await listing.ask({ bounds, place: () => place, looks: 3 });
  if (rows.length > 0) return;
  listing.facts.maximumPage = page;
  throw new UnexpectedAnswerError(
    `${listing.purpose}: Kommo gives no page behind page ${page}, and there may be more records than that in a place that cannot be read in parts`,
  );
}
