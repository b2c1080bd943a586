import type { Interval } from '../../stream/interval.ts';
import type { Bounds } from '../bounds.ts';
import { firstPage, type Listing, type PageRead } from '../listing.ts';
import { falling, rising } from '../order.ts';
import type { Row } from '../row.ts';
import { beyond } from './beyond.ts';
import { leavesOutNone } from './kept-order.ts';
import { checkEmptiness, hasRows, isLost } from './known-rows.ts';

/** Empty answers in a row, from ever further back, that only a lasting trouble or a real end can give. */
const emptyLooks = 6;
const day = 24 * 60 * 60;

/**
 * Whether nothing lies in a window for which an empty answer came. Emptiness alone proves nothing: the same is asked
 * with a second beside it or from further back, where rows lie, and an answer that brings any row is believed in what
 * it leaves out. `known` is
 * a second before the window that holds a row. Throws a TransientError where the list answers with nothing although
 * its rows are there.
 */
export async function isProvenEmpty(
  listing: Listing,
  window: Interval,
  known: number | undefined,
): Promise<boolean> {
  const { from, to } = window;
  if (listing.witness === undefined)
    return staysEmpty(listing, listing.bounds(window), listing.silence.looks);
  const wider = listing.known.widen(window);
  if (wider !== undefined) {
    const read = await listing.ask({ bounds: listing.bounds(wider), place: firstPage });
    if (holds(read, from, to)) return false;
    if (read.inside.length > 0 && isAllOf(read)) return true;
  }
  const isOrdered = listing.orders.has('cursor');
  const open = await listing.ask({
    bounds: listing.bounds({ from }),
    order: isOrdered ? rising : undefined,
    place: firstPage,
  });
  if (holds(open, from, to)) return false;
  // In order, the first row from here on leaves out nothing before it, wherever it lies.
  if (open.inside.length > 0 && ((isOrdered && (await leavesOutNone(listing, open))) || isAllOf(open)))
    return true;
  const order = isOrdered ? falling : undefined;
  let back = known !== undefined && known < from ? from - known : likelyGap(listing);
  // Rows have come: a trouble that gives nothing would have to have come back.
  let hasCome = open.rows.length > 0;
  for (let empties = 0; empties < emptyLooks || back < from; ) {
    await listing.pause(empties);
    const bounds = listing.bounds({ from: Math.max(0, from - back), to });
    const read = await listing.ask({ bounds, order, place: firstPage });
    if (holds(read, from)) return false;
    if (read.rows.length > 0) {
      if (order !== undefined && (await leavesOutNone(listing, read))) return true;
      if (read.inside.length > 0 && isAllOf(read)) return true;
      // What lies in front fills the page.
      if (back === 1) return !(await hides(listing, { from: from - 1, to }, from));
      hasCome = true;
      back = Math.ceil(back / 8);
    } else if (read.exists) return !(await hides(listing, { from: Math.max(0, from - back), to }, from));
    else {
      empties += 1;
      if (hasCome && empties >= 2) return true;
      if (!hasCome) back = Math.min(from, back * 16);
    }
  }
  const all = await listing.ask({ bounds: listing.bounds({ from: 0 }), place: firstPage, looks: 1 });
  if (holds(all, from, to)) return false;
  if (all.rows.length === 0 && !(await isLost(listing, listing.witness, to))) await checkEmptiness(listing);
  return true;
}

/**
 * The same of a whole list, which nothing can be compared with but what is known of it. Throws a TransientError as
 * above.
 */
export async function isWholeEmpty(listing: Listing): Promise<boolean> {
  const bounds = { from: undefined, to: undefined, asked: { from: undefined, to: undefined } };
  if (!hasRows(listing))
    return listing.wasEmpty || (await staysEmpty(listing, bounds, listing.silence.looks));
  if (!(await staysEmpty(listing, bounds, emptyLooks))) return false;
  await checkEmptiness(listing);
  return true;
}

/** The same question, asked until a passing trouble would be over. */
async function staysEmpty(listing: Listing, bounds: Bounds, looks: number): Promise<boolean> {
  if (looks > 0) {
    await listing.pause(1);
    const read = await listing.ask({ bounds, place: firstPage, looks: looks - 1 });
    const request = { bounds, place: firstPage, looks: 3 };
    const isHidden = read.rows.length === 0 && read.exists;
    if (
      read.rows.length > 0 ||
      (isHidden && (await beyond(listing, request, read, () => true)).found !== undefined)
    ) {
      listing.silence.wasBroken();
      return false;
    }
  }
  listing.silence.wasKept();
  return true;
}

/** Whether rows of the second `from` or later stand behind the ones that fill the first page of the window. */
async function hides(listing: Listing, window: Interval, from: number): Promise<boolean> {
  const bounds = listing.bounds(window);
  const first = { page: 0, limit: listing.largest };
  const { found } = await beyond(
    listing,
    { bounds, place: firstPage, looks: 3 },
    first,
    (row) => row.cursor >= from,
  );
  return found !== undefined;
}

function holds({ inside }: PageRead, from: number, to = Number.POSITIVE_INFINITY): boolean {
  return inside.some((row: Row) => row.cursor >= from && row.cursor <= to);
}

/** The page has room for more than it holds, so that what it leaves out is not there. */
function isAllOf({ rows, limit, hasNext }: PageRead): boolean {
  return rows.length * 2 < limit && !hasNext;
}

/** Seconds before which a row is likely to be found. */
function likelyGap({ density, intended }: Listing): number {
  return density === undefined ? day : Math.max(1, Math.ceil((density.width * 20) / intended));
}
