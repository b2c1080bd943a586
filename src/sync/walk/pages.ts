import { UnexpectedAnswerError } from '../../errors.ts';
import type { Interval } from '../../stream/interval.ts';
import type { Place } from '../bookmark.ts';
import type { Answer, Listing } from '../listing.ts';
import type { Row } from '../row.ts';
import { Ahead } from './ahead.ts';
import type { WindowOptions } from './walk.ts';

const patience = 40;
/** So many rows in the same order twice: their order is kept. Fewer may come so by chance. */
const telling = 10;

/**
 * Reads a list of which nothing leaves, in whatever order it comes, page after page. The proof that nothing hid
 * is a count: as many different rows as came in one pass. Where the order changes from page to page there are
 * fewer, and the list is read again until every place has shown its row. A list that cannot be closed and grows
 * meanwhile repeats a few rows at its seams: there two more passes without news have to do.
 *
 * A place in the list is gone on from only where the rows in front of it keep their order.
 */
export async function* pages(
  listing: Listing,
  window: Partial<Interval>,
  {
    isTooLong,
    after,
    expectsRows = false,
    likelyRows = Number.POSITIVE_INFINITY,
    reached,
  }: WindowOptions = {},
): AsyncGenerator<Row[], boolean> {
  const seen = new Set<Row['id']>();
  let newest = Number.NEGATIVE_INFINITY;
  let quiet = 0;
  let start = after !== undefined && (await keepsOrder(listing, window, after)) ? after : undefined;
  for (let pass = 0; pass < patience; pass += 1) {
    const inPass = new Set<Row['id']>();
    let came = 0;
    let old = 0;
    let grown = 0;
    for await (const { inside, ends, place, isStart } of onePass(listing, window, start, {
      expectsRows,
      likelyRows,
    })) {
      // The place is no longer where it was: begin at the beginning.
      if (start !== undefined && !isStart)
        return yield* pages(listing, window, { ...(reached && { reached }) });
      if (!ends && came === 0 && pass === 0 && start === undefined && (await isTooLong?.())) return false;
      start = undefined;
      came += inside.length;
      for (const { id } of inside) inPass.add(id);
      const fresh = inside.filter(({ id }) => !seen.has(id) && seen.add(id));
      if (pass === 0) newest = fresh.reduce((latest, { cursor }) => Math.max(latest, cursor), newest);
      else {
        const late = fresh.filter(({ cursor }) => cursor >= newest).length;
        grown += late;
        old += fresh.length - late;
      }
      yield fresh;
      if (pass === 0 && seen.size === came && place !== undefined) reached?.(place);
    }
    if (seen.size >= came) return true;
    const merelyGrows = !listing.filters && grown > 0 && old === 0 && (came - inPass.size) * 10 <= came;
    quiet = merelyGrows ? quiet + 1 : 0;
    if (quiet === 2) return true;
  }
  throw new UnexpectedAnswerError(
    `${listing.purpose}: Kommo returns the records in a different order each time, and some of them never`,
  );
}

/** Whether the rows in front of `place` come in the same order twice: else what was read of them proves nothing. */
async function keepsOrder(listing: Listing, window: Partial<Interval>, place: Place): Promise<boolean> {
  const at = (limit: number) => ({ page: Math.floor((place.position - 1) / limit) + 1, limit });
  const question = { bounds: listing.bounds(window), place: at };
  const inFront = ({ rows, offset }: Answer) => rows.slice(0, Math.max(0, place.position - offset));
  const [first, second] = [inFront(await listing.ask(question)), inFront(await listing.ask(question))];
  return first.length >= telling && isSame(first, second);
}

interface PassedPage {
  inside: Row[];
  /** The list ends with this page. */
  ends: boolean;
  /** The place behind this page; undefined where it holds nothing. */
  place: Place | undefined;
  /** The page holds the place to start from, where that was; what is delivered already is left out. */
  isStart: boolean;
}

/** The pages of the list from the first, or from the one that holds the last record before `start`, to the last. */
async function* onePass(
  listing: Listing,
  window: Partial<Interval>,
  start: Place | undefined,
  { expectsRows, likelyRows }: { expectsRows: boolean; likelyRows: number },
): AsyncGenerator<PassedPage> {
  const bounds = listing.bounds(window);
  let cap = Number.POSITIVE_INFINITY;
  let position = start === undefined ? 0 : start.position - 1;
  let repeated = 0;
  let held: Row[] = [];
  let previous: Row[] = [];
  const ahead = new Ahead(listing, likelyRows, (position) => {
    const at = (largest: number) => {
      const limit = Math.min(largest, cap);
      return { page: Math.floor(position / limit) + 1, limit };
    };
    const { page, limit } = at(listing.largest);
    const question = { bounds, place: at, expectsRows: expectsRows || previous.length > 0 };
    return { question, reach: page * limit };
  });
  for (let first = true; ; first = false) {
    const { question, answer, reach, isAhead } = await ahead.take(position);
    const { rows } = answer;
    if (isAhead && rows.length === 0) {
      ahead.drop();
      continue;
    }
    const known = start === undefined || !first ? -1 : start.position - 1 - answer.offset;
    const isStart = known >= 0 && rows[known]?.id === start?.last;
    const delivered = new Set(isStart ? surelyDelivered(rows.slice(0, known + 1)) : []);
    const inside = answer.inside.filter((row) => !delivered.has(row));
    const ends = await listing.endsWith(answer, question);
    // A page that comes twice more is the end of a list whose pages never end; once more may be a hiccup.
    repeated = rows.length > 0 && isSame(rows, previous) ? repeated + 1 : 0;
    if (repeated === 2) return;
    held = repeated === 1 ? inside : [...held, ...inside];
    position = answer.offset + listing.placesTaken(answer);
    if (position !== reach) ahead.drop();
    if (repeated === 0) {
      const last = rows.at(-1)?.id;
      const place = last === undefined ? undefined : { position, last };
      yield { inside: held, ends, place, isStart };
      held = [];
    }
    if (ends) return;
    cap = Math.min(cap, listing.capOf(answer));
    previous = rows;
  }
}

/**
 * Of the rows in front of a place, those that the run that reached it has delivered. Which ones of the last second
 * came before the place is known only of a second that fills them all, and so is known to keep its order.
 */
function surelyDelivered(rows: Row[]): Row[] {
  const second = rows.at(-1)?.cursor;
  return rows[0]?.cursor === second ? rows : rows.filter(({ cursor }) => cursor !== second);
}

function isSame(rows: Row[], previous: Row[]): boolean {
  return rows.length === previous.length && rows.every((row, index) => row.id === previous[index]!.id);
}
