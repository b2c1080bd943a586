import { type Listing, type PageRead, type PageRequest, patience } from '../listing.ts';
import type { Row } from '../row.ts';

/** More pages in a row than this do not show nothing but rows that the token may not see. */
export const mostHiddenPages = 40;

/**
 * The first page behind `read` with rows that are new by `isNew`: rows that the token may not see can fill whole
 * pages, and those are stepped over. Rows move up while one reads, so the pages in front of it are looked at once
 * more, and one that has new rows by then comes first. Undefined where the list ends before. An empty answer is asked
 * for again `request.looks` times.
 */
export async function beyond(
  listing: Listing,
  request: PageRequest,
  { page: start, limit }: Pick<PageRead, 'page' | 'limit'>,
  isNew: (row: Row) => boolean,
): Promise<PageRead | undefined> {
  const search = async (first: number, end: number) => {
    const shown = new Set<Row['id']>();
    for (let page = Math.max(1, first); page < end; page += 1) {
      const looks = end < Number.POSITIVE_INFINITY ? patience : request.looks;
      const next = await listing.ask({ ...request, place: () => ({ page, limit }), ...(looks && { looks }) });
      if (next.rows.some(isNew)) return next;
      // Some servers give a page again where there is none.
      const isRepeated = next.rows.length > 0 && next.rows.every(({ id }) => shown.has(id));
      if (!next.exists || isRepeated || page > start + mostHiddenPages) return undefined;
      for (const { id } of next.rows) shown.add(id);
    }
    return undefined;
  };
  let found = await search(start + 1, Number.POSITIVE_INFINITY);
  for (let moved = found; moved !== undefined; ) {
    found = moved;
    moved = await search(start, found.page);
  }
  return found;
}

/** The page once more, where rows that are new have moved up into it since it was read. */
export async function again(
  listing: Listing,
  request: PageRequest,
  { page, limit }: PageRead,
  isNew: (row: Row) => boolean,
): Promise<PageRead | undefined> {
  const read = await listing.ask({ ...request, place: () => ({ page, limit }), looks: patience });
  return read.rows.some(isNew) ? read : undefined;
}

/** How many rows stand in front of what follows the page, at least. Page numbers count in what the server gives. */
export function placeBehind({ facts }: Listing, { page, limit, rows }: PageRead): number {
  return (page - 1) * Math.min(limit, facts.pageCap) + rows.length;
}
