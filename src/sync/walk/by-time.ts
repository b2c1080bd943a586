import type { Interval } from '../../stream/interval.ts';
import type { Listing, PageRead, PageRequest } from '../listing.ts';
import type { Row } from '../row.ts';
import { again, beyond } from './beyond.ts';
import { type Course, hasOthers, inFront, rest } from './course.ts';
import { type Part, Parts } from './parts.ts';
import { reachesBehind } from './reaches-behind.ts';
import { second } from './second.ts';
import type { Outcome, WindowOptions } from './walk.ts';

/** Records lie nowhere evenly: a part that should fit into an answer should fill no more of it than this. */
const fitting = 0.8;

/**
 * Reads a window of a list that can be filtered by its cursor, but is in an order of the server's own. Always page 1:
 * rows that come in the order of time settle all their seconds but the last one, from which on the rest is asked
 * for; of a list that is in no such order, the window is halved until each part fits into one answer. Nothing depends
 * on page numbers but a single second that holds more than a page.
 */
export async function* byTime(
  listing: Listing,
  window: Partial<Interval>,
  { bearable, known, settled = () => {} }: WindowOptions,
): AsyncGenerator<Row[], Outcome> {
  const { facts } = listing;
  const parts = new Parts(listing);
  parts.add({ from: window.from!, to: window.to! });
  let isFirst = true;
  for (let part = await parts.next(isFirst); part !== undefined; part = await parts.next(isFirst)) {
    const { from, to, request, read } = part;
    const { rows, inside, limit } = read;
    if (rows.length === 0 && !read.exists) {
      if (isFirst) return 'empty';
      continue;
    }
    // Nothing but the seconds beside it: soon its bounds are known to be inclusive.
    const isBeside = inside.length === 0 && rows.length > 0;
    if (isBeside && (!part.isAgain || rows.some(({ cursor }) => cursor < from))) {
      parts.add({ from, to, isAgain: true });
      continue;
    }
    facts.learnCourse(rows, listing.list);
    const { course } = facts;
    const first = inside[0]?.cursor;
    const last = inside.at(-1)?.cursor;
    const isOneSecond = first !== undefined && first === last;
    if (part.before !== undefined && !isOneSecond) facts.followed(part.before, true);
    const verdict = facts.judge(read);
    // From the top down to what an earlier run has seen: that answer leaves nothing out.
    const comesDown = isFirst && known !== undefined && reachesDown(read, known, course);
    if (verdict === 'end' || comesDown) {
      yield inside;
      settled(part);
    } else if (isFirst && bearable !== undefined && (await isTooLong(listing, part, read, course, bearable)))
      return 'too long';
    // A page that was cut short holds half of its rows at least; what it left out comes with the next one.
    else if (last !== undefined && course !== undefined && !isOneSecond && rows.length * 2 >= limit) {
      const before = inFront(part, course, last);
      if (await hasOthers(listing, before, read)) parts.add({ from, to });
      else {
        yield inside.filter(({ cursor }) => cursor !== last);
        settled(before);
        parts.add(...divided(rest(part, course, last), read, course, listing));
      }
    } else {
      const found = rows.length >= limit ? read : await behind(listing, request, read);
      if (found === undefined) {
        yield inside;
        settled(part);
      } else if (from === to) yield* second(listing, from);
      else if (isOneSecond) {
        yield* second(listing, first);
        settled({ from: first, to: first });
        if (first < to) parts.add({ from: first + 1, to });
        if (from < first) parts.add({ from, to: first - 1 });
      } else if (
        course !== undefined &&
        last !== undefined &&
        !(await hasOthers(listing, inFront(part, course, last), read))
      ) {
        yield inside.filter(({ cursor }) => cursor !== last);
        parts.add(rest(part, course, last));
      } else {
        const middle = Math.floor((Math.max(from, Math.min(listing.origin, to - 1)) + to) / 2);
        parts.add({ from: middle + 1, to }, { from, to: middle });
      }
    }
    isFirst = false;
  }
  return 'read';
}

/**
 * What is left of a part, in parts that are likely to fit into an answer each as long as somebody could ask for them
 * meanwhile; the one that comes first is last.
 */
function divided(left: Interval, before: PageRead, course: Course, listing: Listing): Part[] {
  const { rows } = before;
  const span = Math.abs(rows[0]!.cursor - rows.at(-1)!.cursor) + 1;
  const width = Math.max(1, Math.floor((fitting * listing.largest * span) / rows.length));
  const parts: Interval[] = [];
  let { from, to } = left;
  const wanted = Math.ceil((to - from + 1) / width);
  const count = Math.min(wanted, 1 + Math.max(0, listing.spareRequests()));
  // Where there are enough for all of it, all are as wide.
  const step = count === wanted ? Math.ceil((to - from + 1) / count) : width;
  while (parts.length < count - 1 && to - from >= step) {
    if (course === 'falling') {
      parts.push({ from: to - step + 1, to });
      to -= step;
    } else {
      parts.push({ from, to: from + step - 1 });
      from += step;
    }
  }
  const [next, ...others] = parts;
  if (next === undefined) return [{ from, to, before }];
  // What is left behind them is asked for first: with its answer it goes on.
  return [...others.reverse(), { ...next, before }, { from, to }];
}

/** The page with the rows behind those of `read`, which may hide some; undefined where there are none. */
async function behind(listing: Listing, asked: PageRequest, read: PageRead): Promise<PageRead | undefined> {
  const request = { ...asked, looks: listing.looksBehind(read) };
  const found = await anotherPage(listing, request, read);
  listing.facts.followed(read, found !== undefined);
  return found;
}

/**
 * The next page, where it is not the same one again: what it shows may have been shown, and others not, since rows of
 * one second, or of a list in no order, may come in another sequence each time.
 */
async function anotherPage(
  listing: Listing,
  request: PageRequest,
  read: PageRead,
): Promise<PageRead | undefined> {
  const { page, limit, rows } = read;
  const { from = 0, to = Number.POSITIVE_INFINITY } = request.bounds;
  const shown = new Set(rows.map(({ id }) => id));
  const isNew = ({ id, cursor }: Row) => !shown.has(id) && cursor >= from && cursor <= to;
  const next = await listing.ask({ ...request, place: () => ({ page: page + 1, limit }) });
  const hasRows = next.rows.length > 0;
  const isSame = hasRows && next.rows.length === shown.size && next.rows.every(({ id }) => shown.has(id));
  if (hasRows && !isSame) return next;
  if (next.exists && !isSame) {
    const { found, isOpen } = await beyond(listing, request, next, isNew);
    return found ?? (isOpen ? next : undefined);
  }
  // The page may have ended early, or rows may have moved up into it since it was read.
  return read.hasNext || rows.length * 2 >= limit ? again(listing, request, read, isNew) : undefined;
}

/** Rows of one second alone would come like this in either direction, and few rows of a full page by chance. */
function reachesDown({ rows, limit }: PageRead, known: number, course: Course): boolean {
  const [top, bottom] = [rows[0]?.cursor ?? known, rows.at(-1)?.cursor ?? known];
  if (course === undefined && rows.length * 2 >= limit) return false;
  const falls = rows.every(({ cursor }, index) => index === 0 || cursor <= rows[index - 1]!.cursor);
  return falls && top > known && bottom <= known;
}

/** What came in the order of time tells by itself about how many rows the part holds; else a page far behind does. */
async function isTooLong(
  listing: Listing,
  part: Interval,
  { rows, limit }: PageRead,
  course: Course,
  bearable: number,
): Promise<boolean> {
  if (part.from === part.to || rows.length < limit / 2) return false;
  if (course === undefined) return reachesBehind(bearable, listing, part);
  const span = Math.abs(rows[0]!.cursor - rows.at(-1)!.cursor) + 1;
  return ((part.to - Math.max(part.from, listing.origin)) / span) * rows.length > bearable;
}
