import type { Bookmark } from '../bookmark.ts';
import { OrderIgnored } from '../detour.ts';
import type { Listing } from '../listing.ts';
import type { Row } from '../row.ts';
import { stitch } from './stitch.ts';
import { type Range, remarkablyLong } from './walk.ts';

/**
 * For lists ordered by their cursor. Always page 1, from the last second that is known in full: whoever is edited
 * meanwhile moves forward, to where it is still to be read, and nobody moves behind the reader's back, as happens
 * to page numbers. A page settles every second but its last one, which the next step asks for again; a second
 * that fills a page by itself is read by id.
 */
export async function* watermark(listing: Listing, range: Range): AsyncGenerator<Row[], number> {
  const { to, bookmark } = range;
  if (bookmark !== undefined) return yield* oneSecond(listing, range, bookmark);
  const question = {
    bounds: listing.bounds(range),
    order: 'cursor' as const,
    place: (largest: number) => ({ page: 1, limit: largest }),
    expectsRows: range.unsettled === range.from || to - range.from >= remarkablyLong,
  };
  const answer = await listing.ask(question);
  const { inside } = answer;
  if (!isAscending(inside)) throw new OrderIgnored();
  const last = inside.at(-1)?.cursor;
  const ended = isBeyond(answer.rows, to) || (await listing.endsWith(answer, question));
  // Another reader may have taken over the upper part while the answer was under way.
  if (ended || (last !== undefined && last > range.to)) {
    range.held = range.to;
    yield inside.filter((row) => row.cursor <= range.to);
    return range.to;
  }
  if (last === undefined) {
    // A page of nothing but the second before: now its bound is known to be inclusive, and records may follow.
    range.unsettled = range.from;
    return range.from - 1;
  }
  if (inside[0]!.cursor < last) {
    range.unsettled = last;
    range.held = last - 1;
    yield inside.filter((row) => row.cursor < last);
    return last - 1;
  }
  // What lies before this second is empty; by itself it is read as a window.
  range.from = last;
  return yield* oneSecond(listing, range, undefined);
}

async function* oneSecond(
  listing: Listing,
  range: Range,
  after: Bookmark | undefined,
): AsyncGenerator<Row[], number> {
  const second = range.from;
  range.held = second;
  yield* stitch(
    listing,
    { from: second, to: second },
    {
      after,
      expectsRows: true,
      reached: (place) => {
        range.bookmark = { from: second, to: second, ...place };
      },
    },
  );
  return second;
}

/** Whether the rows come in the order of their cursor. */
export function isAscending(rows: readonly Row[]): boolean {
  return rows.every((row, index) => index === 0 || row.cursor >= rows[index - 1]!.cursor);
}

/** The page ends in rows behind the bound: all before it has come. One alone may have been edited just now. */
function isBeyond(rows: Row[], to: number): boolean {
  return rows.length > 0 && rows.slice(-3).every((row) => row.cursor > to);
}
