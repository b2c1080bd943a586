import type { Clock } from '../../clock.ts';
import { UnexpectedAnswerError } from '../../errors.ts';
import { secondBefore } from '../closed-second.ts';
import { firstPage, type Listing, type PageRead } from '../listing.ts';
import { comesBehind, falling } from '../order.ts';
import type { Row } from '../row.ts';
import { beyond } from './beyond.ts';
import { leavesOutNone } from './kept-order.ts';
import { rangeOf, type Walk } from './walk.ts';

/** So many rounds follow one another at once; then people are given some time to come to rest. */
const sprint = 4;
/** With the pauses between sprints, those last about a quarter of an hour. */
const patience = 36 * sprint;

/**
 * Reads what was changed after the second `after`, until one answer holds all of it. As long as more has changed
 * than one answer holds, what is over by now is read first, as any closed range, by `walk`.
 */
export async function* openEnd(
  listing: Listing,
  after: number,
  clock: Clock,
  walk: Walk,
): AsyncGenerator<Row[], void> {
  let from = after + 1;
  for (let round = 0; round < patience; round += 1) {
    if (round % sprint === 0) await listing.pause(round / sprint);
    const { all, servedAt } = await look(listing, from, round);
    if (all !== undefined) {
      yield all.filter((row) => row.cursor >= from);
      return;
    }
    const closed = secondBefore(servedAt, clock);
    if (closed < from) {
      await clock.sleep(1_000);
      continue;
    }
    const range = rangeOf({ from, to: closed });
    while (range.from <= range.to) {
      const through = yield* walk(listing, range);
      if (through === undefined) continue;
      range.from = through + 1;
      range.bookmark = undefined;
    }
    from = closed + 1;
  }
  throw new UnexpectedAnswerError(`${listing.purpose}: records change faster than they can be read`);
}

interface Look {
  /** All rows from a second on, others among them; undefined where the answer may have left some out. */
  all: Row[] | undefined;
  servedAt: number | undefined;
}

/** All rows from the second `from` on, if they fit into one answer; in further rounds, others are asked for with them. */
async function look(listing: Listing, from: number, round: number): Promise<Look> {
  if (!listing.orders.has('cursor')) return await fromTheFront(listing, from, round);
  const start = Math.max(0, Math.min(latestBefore(from, listing), from - 10 ** (round % 11)));
  const read = await listing.ask({
    bounds: listing.bounds({ from: start }),
    order: falling,
    place: firstPage,
    looks: 3,
  });
  if (!(await leavesOutNone(listing, read))) return await fromTheFront(listing, from, round);
  const isAll = comesDownBelow(read, from) || (start === 0 && (await isRoomy(listing, read)));
  return { ...read, all: isAll ? read.inside : undefined };
}

/** From the latest row that is known, so that an honest answer brings something. */
function latestBefore(from: number, { witness }: Listing): number {
  return Math.min(witness?.cursor ?? from, from - 1);
}

/** Rows that come down below a second leave out none that are behind it. */
function comesDownBelow(read: PageRead, from: number): boolean {
  const lowest = read.rows.at(-1)?.cursor;
  return lowest === undefined ? !read.exists : lowest < from;
}

/** Everything was touched since: then a page with much room left has to do, if nothing follows it. */
async function isRoomy(listing: Listing, read: PageRead): Promise<boolean> {
  if (read.rows.length === 0 || read.rows.length * 2 >= read.limit) return false;
  if (listing.facts.judge(read) !== 'more') return true;
  const place = () => ({ page: 2, limit: read.limit });
  const next = await listing.ask({
    bounds: listing.bounds({ from: 0 }),
    order: falling,
    place,
    looks: 3,
  });
  const shown = new Set(read.rows.map(({ id }) => id));
  const isFollowed = next.rows.length > 0 ? next.rows.some(({ id }) => !shown.has(id)) : next.exists;
  listing.facts.followed(read, isFollowed);
  return !isFollowed;
}

async function fromTheFront(listing: Listing, from: number, round: number): Promise<Look> {
  // Of a list in another order, much of what is known could fill the page.
  const start = round % 4 === 0 ? latestBefore(from, listing) : from - 10 ** ((round % 4) - 1);
  const order = listing.orders.has('id') ? { by: 'id' as const } : undefined;
  const bounds = listing.bounds({ from: Math.max(0, start) });
  const request = { bounds, order, place: firstPage, looks: 3 };
  const read = await listing.ask(request);
  const verdict = listing.facts.judge(read);
  if (verdict === 'end' || (read.rows.length === 0 && !read.exists)) return { ...read, all: read.inside };
  if (read.rows.length >= read.limit) return { ...read, all: undefined };
  const shown = new Set(read.rows.map(({ id }) => id));
  if (order === undefined) {
    const { found } = await beyond(listing, request, read, ({ id }) => !shown.has(id));
    return { ...read, all: found === undefined ? read.inside : undefined };
  }
  const top = await listing.ask({ ...request, order: { ...order, isDescending: true } });
  const last = read.rows.at(-1)?.id;
  // A page from the other end that comes down to what the first one has leaves nothing out between them.
  const isAll = top.rows.some(({ id }) => !comesBehind(id, last, order));
  const rows = [...read.inside.filter(({ id }) => !top.rows.some((row) => row.id === id)), ...top.inside];
  return { ...read, all: isAll ? rows : undefined };
}
