import type { Interval } from '../../stream/interval.ts';
import type { Bounds } from '../bounds.ts';
import { OrderIgnored } from '../detour.ts';
import { firstPage, type Listing, type PageRead } from '../listing.ts';
import type { Row } from '../row.ts';
import { again, beyond, placeBehind } from './beyond.ts';
import { isYoung } from './known-rows.ts';
import { pageAt } from './place.ts';
import { isDepth, tooDeep } from './too-deep.ts';
import type { Outcome, WindowOptions } from './walk.ts';

/** Requests in a row that bring nothing new before the sequence counts as none. */
const patience = 16;
/** Further looks at an empty answer where rows are known to be. */
const emptyLooks = 6;
/** So many rows in the same sequence are not so by chance. */
const telling = 4;
/** So many even among others that do not keep it: by chance once in twelve factorial. */
const certain = 12;
/** So often a seam may lead back to the first page. */
const mostRestarts = 6;

/**
 * Reads a list, or a single second of it, in the sequence in which the server gives it, without asking for an order:
 * each page has to begin with rows of the page before it, in the same sequence, so that a removal cannot pull a row
 * past the reader. Rows that come in or move up only make pages repeat what is known. A list whose sequence changes
 * from request to request proves nothing: then it throws OrderIgnored.
 */
export async function* sequence(
  listing: Listing,
  { from, to }: Partial<Interval>,
  { likelyRows = 0 }: WindowOptions,
): AsyncGenerator<Row[], Outcome> {
  const { facts, list } = listing;
  const bounds: Bounds =
    to === undefined
      ? { from, to, asked: { from: undefined, to: undefined } }
      : listing.bounds({ from: from!, to });
  /** The rows that have come, by their places in the sequence. */
  const seen = new Map<Row['id'], number>();
  // A list that only grows would fill the memory, and repeats rows near its seams alone.
  const kept = list.immutable && to === undefined ? 5 * list.pageSize : Number.POSITIVE_INFINITY;
  let count = 0;
  const isNew = ({ id }: Row) => !seen.has(id);
  // What has come into being since the run began is the next one's: a list that grows would never end.
  const isNews = (row: Row) => isNew(row) && !isYoung(listing, row);
  const take = (read: PageRead) => {
    const fresh = read.inside.filter(isNew);
    for (const { id } of read.rows) {
      // Those that were known have moved, or stand where they stood.
      seen.delete(id);
      seen.set(id, count++);
    }
    for (const id of seen.keys()) {
      if (seen.size <= kept) break;
      seen.delete(id);
    }
    return fresh;
  };
  // Rows of one second have no order that a server would have to keep.
  // A page that repeats half of the one before it could not get ahead.
  const proof = to === undefined ? 1 : Math.min(certain, Math.floor(list.pageSize / 2) - 2);
  // Whether the next page may be taken without rows that both have: the page ends where the reader stands.
  const isTrusted = ({ rows }: PageRead) =>
    rows.length === 0
      ? proof === 1
      : seen.get(rows.at(-1)!.id) === count - 1 && (proof === 1 || !list.immutable);
  let position = 0;
  let overlap = 0;
  let restarts = 0;
  let before: PageRead | undefined;
  /** The last page that brought anything. */
  let newest: PageRead | undefined;
  for (let idle = 0; idle <= patience; idle += 1) {
    const seam = { position, overlap: Math.max(overlap, proof) };
    const isKnown = position > 0 || likelyRows > 0;
    const read = await listing.ask({
      bounds,
      place: (largest) => pageAt(seam, largest, facts.maximumPage),
      looks: isKnown ? emptyLooks : 0,
    });
    const { rows } = read;
    if (rows.length === 0 && position === 0 && !read.exists) return 'empty';
    if (!list.isPaged) {
      yield read.inside;
      return 'read';
    }
    const isStart = read.page === 1;
    const isJoined =
      position === 0 || repeats(rows, seen) || continues(rows, seen, { last: count - 1, proof });
    if (rows.length > 0 && !isJoined) {
      // The first page of a list is one to begin with anew; that of a second has to come as it came.
      if (isStart && proof > 1) break;
      if (!isStart) {
        overlap = Math.max(8, overlap * 4);
        continue;
      }
    }
    if (isStart && position > 0) restarts += 1;
    if (restarts > mostRestarts) break;
    const hasNews = rows.some(isNew);
    if (hasNews && before !== undefined) facts.followed(before, true);
    if (hasNews) newest = read;
    if (hasNews) idle = 0;
    yield take(read);
    const verdict = facts.judge(read);
    if (verdict === 'end') return 'read';
    // A page that was cut short holds half of its rows at least; what it left out comes with the next one.
    const reach = read.offset + rows.length;
    const isAnew = isStart && before !== undefined && before.page > 1;
    const isBarren = !hasNews && !isAnew;
    if (isBarren || (verdict === 'doubt' && rows.length * 2 < read.limit)) {
      const request = { bounds, place: firstPage, looks: listing.looksBehind(read) };
      // The page may have ended early, or rows may have moved up into it since it was read.
      const mayHaveMore =
        rows.length > 0 && (read.hasNext || rows.length * 2 >= read.limit || facts.isCustomary(rows.length));
      const found =
        (await beyond(listing, request, read, isNews)) ??
        (mayHaveMore ? await again(listing, request, read, isNews) : undefined);
      if (found !== undefined && !isTrusted(read)) {
        overlap = Math.max(8, overlap * 4);
        continue;
      }
      if (found === undefined) {
        facts.followed(read, false);
        const emptyPage = read.exists ? read.page + 1 : read.page;
        if (newest === undefined || !(await isDepth(listing, bounds, newest, emptyPage))) return 'read';
        if (facts.maximumPage <= newest.page) throw tooDeep(listing, newest.page);
        // Larger pages of lower numbers may reach somewhat further.
        facts.maximumPage = newest.page;
        continue;
      }
      facts.followed(read, true);
      yield take(found);
      position = placeBehind(listing, found);
      newest = found;
      before = found;
      overlap = 0;
      continue;
    }
    position = reach;
    before = read;
    overlap = isAnew ? 0 : overlap >> 1;
  }
  throw new OrderIgnored();
}

/**
 * The page begins among rows that came before, in their sequence: whatever stands in front of those has come, and the
 * page holds the rest. A few have to be the last ones, or some of the last where rows are gone; many of them tell it
 * wherever they stand, though rows of one second come in any sequence around them and changed ones have moved.
 */
export function continues(
  rows: readonly Row[],
  seen: ReadonlyMap<Row['id'], number>,
  { last, proof }: { last: number; proof: number },
): boolean {
  const places = rows.map(({ id }) => seen.get(id));
  let alike = 0;
  let most = 0;
  for (const [index, place] of places.entries()) {
    if (place === undefined) alike = 0;
    else alike = index > 0 && place > places[index - 1]! ? alike + 1 : 1;
    most = Math.max(most, alike);
  }
  if (most >= certain) return true;
  const ends = places.findIndex((place, index) => index > 0 && !(place! > places[index - 1]!));
  const leading = places[0] === undefined ? 0 : ends < 0 ? places.length : ends;
  const isLast = leading > 0 && places[leading - 1] === last;
  if (leading < (isLast ? proof : telling)) return false;
  const isGapless = isLast && leading >= telling && places[0] === last - leading + 1;
  return isGapless || places.slice(leading).every((place) => place === undefined);
}

/** A page from further in front, as some servers give it behind the end. */
function repeats(rows: readonly Row[], seen: ReadonlyMap<Row['id'], number>): boolean {
  const places = rows.map(({ id }) => seen.get(id));
  if (places.length < telling || places.includes(undefined)) return false;
  return places.every((place, index) => index === 0 || place! > places[index - 1]!);
}
