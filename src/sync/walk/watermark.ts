import type { Interval } from '../../stream/interval.ts';
import { OrderIgnored } from '../detour.ts';
import { firstPage, type Listing, type PageRead, type PageRequest, patience } from '../listing.ts';
import { falling, rising } from '../order.ts';
import type { Row } from '../row.ts';
import { beyond } from './beyond.ts';
import { isById, isSorted, leavesOutNone } from './kept-order.ts';
import { isProvenEmpty } from './proven-empty.ts';
import { stitch } from './stitch.ts';
import type { Range } from './walk.ts';

/**
 * For lists ordered by their cursor. Always page 1, from the last second that is known in full: whoever is edited
 * meanwhile moves forward, to where it is still to be read, and nobody moves behind the reader's back, as happens
 * to page numbers. A page settles every second but its last one, which the next step asks for again; a second
 * that fills a page by itself is read by id.
 *
 * The end is looked at from the other side: the latest rows, down to a second that is known. Such an answer leaves
 * nothing out, whatever the server says or keeps silent about.
 */
export async function* watermark(listing: Listing, range: Range): AsyncGenerator<Row[], number | undefined> {
  if (range.bookmark !== undefined) return yield* oneSecond(listing, range, range.bookmark.from);
  const { to } = range;
  // What is known from an earlier run: most likely little has come since.
  if (range.known !== undefined && range.known < range.from) {
    const latest = await fromTheTop(listing, { from: range.known, to }, range.from);
    range.known = undefined;
    if (latest !== undefined) return yield* allUpTo(range, latest);
  }
  const start = range.from;
  const request = { bounds: listing.bounds({ from: start, to }), order: rising, place: firstPage };
  const read = await listing.ask(request);
  const { inside } = read;
  const last = inside.at(-1)?.cursor;
  const brings = last !== undefined && last > start;
  if (range.before !== undefined && brings) listing.facts.followed(range.before, true);
  range.before = read;
  if (read.rows.length === 0) {
    if (read.exists) return yield* behindHiddenRows(listing, range, request, read);
    if (!(await isProvenEmpty(listing, { from: start, to }, undefined))) return undefined;
    return yield* allUpTo(range, []);
  }
  const verdict = listing.facts.judge(read);
  if (verdict === 'end') return yield* allUpTo(range, inside);
  const isPast = isBeyond(read.rows, to) || (last !== undefined && last > range.to);
  if (!(await showsOrder(listing, read)) || (isPast && !(await leavesOutNone(listing, read)))) {
    if (range.barren >= patience) throw new OrderIgnored();
    return undefined;
  }
  if (isPast) return yield* allUpTo(range, inside);
  if (verdict === 'doubt' || (!brings && read.rows.length < read.limit)) {
    const all = await withTheTop(listing, read, { from: start, to });
    if (all !== undefined) return yield* allUpTo(range, all);
    // Nothing but the second before: soon its bound is known to be inclusive, and records may follow.
    if (last === undefined && read.rows.some(({ cursor }) => cursor < start)) return undefined;
    if (!brings) return yield* behindHiddenRows(listing, range, request, read);
  }
  if (last === undefined) return undefined;
  if (inside[0]!.cursor < last) {
    range.held = last - 1;
    yield inside.filter((row) => row.cursor < last);
    return last - 1;
  }
  // One answer may have overlooked the order: rows of one second do not show it, unless they come by their ids.
  if (start < last && !isById(inside)) {
    const before = await listing.ask({ ...request, bounds: listing.bounds({ from: start, to: last - 1 }) });
    if (before.inside.length > 0) return undefined;
  }
  // What lies before this second is empty; by itself it is read as a window.
  return yield* oneSecond(listing, range, last);
}

/** Hands over what has come of a range that ends with it. Its upper part may be another reader's by now. */
async function* allUpTo(range: Range, rows: readonly Row[]): AsyncGenerator<Row[], number> {
  const { to } = range;
  range.held = to;
  yield rows.filter((row) => row.cursor >= range.from && row.cursor <= to);
  return to;
}

/**
 * All rows from the second `from` on, in rising order; undefined where they do not fit into one answer. One that
 * begins at the latest row of the window and comes down below that second leaves none of them out.
 */
async function fromTheTop(listing: Listing, window: Interval, from: number): Promise<Row[] | undefined> {
  const top = await listing.ask({ bounds: listing.bounds(window), order: falling, place: firstPage });
  const lowest = top.rows.at(-1)?.cursor;
  const isAll = lowest !== undefined && lowest < from && (await leavesOutNone(listing, top));
  return isAll ? top.inside.toReversed() : undefined;
}

/**
 * All rows of the window of which `read` is the first page, together with the page from the other end; undefined
 * where rows may lie between the two. A page in order has all rows of every second but its last one.
 */
async function withTheTop(listing: Listing, read: PageRead, window: Interval): Promise<Row[] | undefined> {
  const top = await listing.ask({ bounds: listing.bounds(window), order: falling, place: firstPage });
  const last = read.inside.at(-1)?.cursor ?? window.from;
  listing.facts.followed(
    read,
    top.inside.some((row) => row.cursor > last),
  );
  const lowest = top.rows.at(-1)?.cursor ?? Number.POSITIVE_INFINITY;
  const ids = new Set(top.inside.map(({ id }) => id));
  // Rows of one second come alike from either end where the order is overlooked.
  const isTelling = listing.facts.cursorOrder === 'honoured' || read.inside[0]?.cursor !== last;
  const isSame = isTelling && read.inside.length === ids.size && read.inside.every(({ id }) => ids.has(id));
  if (lowest >= last && (!isSame || ids.size === 0)) return undefined;
  return [...read.inside.filter(({ id }) => !ids.has(id)), ...top.inside.toReversed()];
}

/** Rows that the token may not see fill the page: what lies behind them is looked for page by page. */
async function* behindHiddenRows(
  listing: Listing,
  range: Range,
  request: PageRequest,
  read: PageRead,
): AsyncGenerator<Row[], number | undefined> {
  const known = read.inside.at(-1)?.cursor;
  if (known !== undefined) return yield* oneSecond(listing, range, known);
  const { to } = range;
  const isNew = (row: Row) => row.cursor >= range.from && row.cursor <= to;
  const { found } = await beyond(listing, request, read, isNew);
  if (found === undefined) return yield* allUpTo(range, []);
  const first = found.rows.find(isNew)!.cursor;
  return first > range.from ? Math.min(first - 1, range.to) : yield* oneSecond(listing, range, first);
}

/** The seconds up to `second` hold nothing but what lies in it, and are settled with it. */
async function* oneSecond(
  listing: Listing,
  range: Range,
  second: number,
): AsyncGenerator<Row[], number | undefined> {
  const { bookmark } = range;
  range.held = second;
  const window = { from: second, to: second };
  const outcome = yield* stitch(listing, window, {
    after: bookmark,
    reached: (place) => {
      range.bookmark = { ...window, ...place };
    },
  });
  if (outcome === 'empty' && !(await isProvenEmpty(listing, window, undefined))) return undefined;
  return second;
}

/**
 * Rows of few seconds, and those that lie in the order of their ids too, may be in this one by chance: then they are
 * asked for from their other end, which only a server that orders by the cursor can answer. False where it did not.
 */
async function showsOrder(listing: Listing, read: PageRead): Promise<boolean> {
  const { facts } = listing;
  const [from, to] = [read.rows[0]!.cursor, read.rows.at(-1)!.cursor];
  if (facts.cursorOrder === 'honoured' || from === to) return true;
  if (!isSorted(read)) {
    const bounds = listing.bounds({ from, to });
    const { rows } = await listing.ask({ bounds, order: falling, place: firstPage });
    if (rows.length === 0 || rows[0]!.cursor <= from) return false;
  }
  facts.cursorOrder = 'honoured';
  return true;
}

/** The page ends in rows behind the bound: all before it has come. One alone may have been edited just now. */
function isBeyond(rows: readonly Row[], to: number): boolean {
  return rows.length > 0 && rows.slice(-3).every((row) => row.cursor > to);
}
