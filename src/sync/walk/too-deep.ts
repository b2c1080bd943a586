import { UnexpectedAnswerError } from '../../errors.ts';
import type { Bounds } from '../bounds.ts';
import { BoundsProven } from '../detour.ts';
import type { Listing, PageRead } from '../listing.ts';
import type { Row } from '../row.ts';

/** The share of rows that two pages in the same place have in common at least, though people work. */
export const alike = 0.75;

type LastPage = Pick<PageRead, 'page' | 'limit' | 'rows'>;

/**
 * Whether the last page that shows rows is a depth, instead of the end, where the page `emptyPage` brought nothing. A
 * server that counts pages gives the same rows on a page of so high a number too, unless it gives none so deep. Where
 * each request brings another order, `rows` is empty, and any will do.
 */
export async function isDepth(
  listing: Listing,
  bounds: Bounds,
  last: LastPage,
  emptyPage: number,
): Promise<boolean> {
  const { page, limit, rows } = last;
  if (page === 1 && emptyPage <= 2) return false;
  const size = Math.min(limit, listing.facts.pageCap);
  if (await isGiven(listing, bounds, last, emptyPage, size)) return false;
  // The server may count in fewer rows than were asked for.
  const customary = listing.facts.customarySize(rows.length);
  if (customary < size && (await isGiven(listing, bounds, last, emptyPage, customary))) return false;
  // The middle of the first page may lie behind the end.
  if (page === 1 && (await isGiven(listing, bounds, last, emptyPage, rows.length))) return false;
  // Rows that were removed meanwhile are on no page, this one included: then the list ends on an earlier one.
  for (let place = page; place > 0; place -= 1) {
    const still = await listing.ask({ bounds, place: () => ({ page: place, limit }), looks: 3 });
    if (still.rows.length > 0) return place === page || isDepth(listing, bounds, still, emptyPage);
  }
  return false;
}

/** Whether a page with a number of `emptyPage` or higher shows rows of the last page, counted in pages of `size`. */
async function isGiven(
  listing: Listing,
  bounds: Bounds,
  { page, rows }: LastPage,
  emptyPage: number,
  size: number,
): Promise<boolean> {
  // Half of the first page stands in front of a place in it.
  const before = page === 1 ? Math.floor(size / 2) : (page - 1) * size;
  // Smaller pages, of which later ones stand where this one does; the last one given, counted in these, hardly does.
  const coarse = Math.max(1, Math.floor(before / Math.max(page, emptyPage - 1)));
  const fine = Math.max(1, Math.min(coarse, Math.floor(size / 4)));
  for (const smaller of new Set([coarse, fine])) {
    const first = Math.floor(before / smaller) + 1;
    const ask = (deeper: number) =>
      listing.ask({ bounds, place: () => ({ page: deeper, limit: smaller }), looks: 3 });
    for (const deeper of [first, first + 1]) {
      const again = await ask(deeper);
      if (!isAlike(again.rows, rows)) continue;
      // The first page has the rows of those that are given instead of deeper ones, too.
      if (page > 1 || !isAlike((await ask(deeper - 1)).rows, again.rows)) return true;
    }
  }
  return false;
}

/**
 * Whether a page shows what was known to be in its place; anything where nothing is known. A few rows may stand in front
 * of that, and behind it the list may have grown. Where many have come in front, it still ends with the same row.
 */
function isAlike(rows: readonly Row[], known: readonly Row[]): boolean {
  if (known.length === 0) return rows.length > 0;
  const ids = new Set(known.map(({ id }) => id));
  const first = rows.findIndex(({ id }) => ids.has(id));
  if (first < 0) return false;
  if (rows.at(-1)!.id === known.at(-1)!.id) return true;
  if (first * 2 > rows.length) return false;
  const head = rows.slice(first, Math.ceil((first + rows.length) / 2));
  return head.filter(({ id }) => ids.has(id)).length >= alike * head.length;
}

/** What to throw where nothing can be read behind `page`. A second beside the one that is wanted may be what fills it. */
export function tooDeep(listing: Listing, bounds: Bounds, page: number): Error {
  if (listing.isOutdated(bounds)) return new BoundsProven();
  return new UnexpectedAnswerError(
    `${listing.purpose}: Kommo gives no page behind page ${page}, and there may be more records than that in a place that cannot be read in parts`,
  );
}
