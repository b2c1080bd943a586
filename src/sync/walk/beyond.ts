import { type Listing, type PageRead, type PageRequest, patience } from '../listing.ts';
import type { Row } from '../row.ts';
import { alike } from './too-deep.ts';

/** More pages in a row than this do not show nothing but rows that the token may not see. */
export const mostHiddenPages = 40;

/** What lies behind a page. */
export interface Beyond {
  /** The first page with new rows. */
  found: PageRead | undefined;
  /** The number of the last page that was asked for. */
  end: number;
  /** That page promises further ones. */
  isOpen?: boolean;
  /** That page was one from the front of the list. */
  isCircle?: boolean;
}

/**
 * The first page behind `read` with rows that are new by `isNew`: rows that the token may not see can fill whole
 * pages, and those are stepped over. Rows move up while one reads, so the pages in front of it are looked at once
 * more, and one that has new rows by then comes first. An empty answer is asked for again `request.looks` times. A
 * page that is one from the front of the list by `isFromFront` stands behind its end.
 */
export async function beyond(
  listing: Listing,
  request: PageRequest,
  { page: start, limit, rows = [] }: Pick<PageRead, 'page' | 'limit'> & Partial<Pick<PageRead, 'rows'>>,
  isNew: (row: Row) => boolean,
  isFromFront: (read: PageRead) => boolean = () => false,
): Promise<Beyond> {
  const search = async (first: number, end: number, shownBefore: readonly Row[] = []): Promise<Beyond> => {
    const shown = new Set(shownBefore.map(({ id }) => id));
    for (let page = Math.max(1, first); page < end; page += 1) {
      const looks = end < Number.POSITIVE_INFINITY ? patience : request.looks;
      const next = await listing.ask({ ...request, place: () => ({ page, limit }), ...(looks && { looks }) });
      if (isFromFront(next)) return { found: undefined, end: page, isCircle: true };
      // Some servers give a page again where there is none; a row of it may have come in meanwhile.
      const repeated = next.rows.filter(({ id }) => shown.has(id)).length;
      const isRepeated = repeated > 0 && repeated >= alike * next.rows.length;
      if (!isRepeated && next.rows.some(isNew)) return { found: next, end: page };
      if (!next.exists || isRepeated) return { found: undefined, end: page };
      if (page > start + mostHiddenPages) return { found: undefined, end: page, isOpen: next.hasNext };
      for (const { id } of next.rows) shown.add(id);
    }
    return { found: undefined, end };
  };
  let nearest = await search(start + 1, Number.POSITIVE_INFINITY, rows);
  for (let moved = nearest; moved.found !== undefined; ) {
    nearest = moved;
    moved = await search(start, moved.found.page);
  }
  return nearest;
}

/**
 * The page once more, where rows that are new have moved up into it since it was read, or it had ended early. One that
 * lacks rows may have ended early this time.
 */
export async function again(
  listing: Listing,
  request: PageRequest,
  { page, limit, rows }: PageRead,
  isNew: (row: Row) => boolean,
): Promise<PageRead | undefined> {
  for (let look = 1; ; look += 1) {
    const read = await listing.ask({ ...request, place: () => ({ page, limit }), looks: patience });
    if (read.rows.some(isNew)) return read;
    const ids = new Set(read.rows.map(({ id }) => id));
    if (look === patience || rows.every(({ id }) => ids.has(id))) return undefined;
  }
}

/** How many rows stand in front of what follows the page, at least. Page numbers count in what the server gives. */
export function placeBehind({ facts }: Listing, { page, limit, rows }: PageRead): number {
  return (page - 1) * Math.min(limit, facts.pageCap) + rows.length;
}
