import { UnexpectedAnswerError } from '../../errors.ts';
import type { Interval } from '../../stream/interval.ts';
import { OrderIgnored } from '../detour.ts';
import type { Listing } from '../listing.ts';
import type { Row } from '../row.ts';
import { Ahead } from './ahead.ts';
import type { WindowOptions } from './walk.ts';

/** Requests in a row that bring nothing new before a list counts as unreadable. */
const patience = 24;

/**
 * Reads a list ordered by id so that no removal can hide a record: each page has to begin at or before the last
 * id seen, so that page by page the list is covered without a gap. Where removals have pulled the rest of the
 * list past the reader, the page begins behind that id: then the reader steps back until the seam closes.
 * Records that come in behind the reader were changed after the window closed, or have new ids at the end.
 */
export async function* stitch(
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
  let last: Row['id'] = after?.last ?? Number.NEGATIVE_INFINITY;
  const bounds = listing.bounds(window);
  let position = after?.position ?? 0;
  let overlap = 0;
  let cap = Number.POSITIVE_INFINITY;
  const ahead = new Ahead(listing, likelyRows, (position) => {
    const at = { position, overlap };
    const expected = place(at, Math.min(listing.largest, cap));
    const question = {
      bounds,
      order: 'id' as const,
      place: (largest: number) => place(at, Math.min(largest, cap)),
      expectsRows,
    };
    return { question, reach: expected.page * expected.limit };
  });
  for (let idle = 0; idle <= patience; idle += 1) {
    const { question, answer, reach, isAhead } = await ahead.take(position);
    const { rows } = answer;
    if (!ascending(rows)) throw new OrderIgnored();
    const joins = answer.offset === 0 || (rows.length > 0 && rows[0]!.id <= last);
    if (!joins) {
      ahead.drop();
      if (!isAhead) overlap = Math.max(8, overlap * 4);
      continue;
    }
    const ends = await listing.endsWith(answer, question);
    if (!ends && position === 0 && (await isTooLong?.())) return false;
    const known: Row['id'] = last;
    last = rows.at(-1)?.id ?? last;
    if (last > known) {
      idle = 0;
      yield answer.inside.filter((row) => row.id > known);
    } else last = known;
    if (ends) return true;
    position = answer.offset + listing.placesTaken(answer);
    if (position !== reach) ahead.drop();
    cap = Math.min(cap, listing.capOf(answer));
    overlap = overlap >> 1;
    reached?.({ position, last });
  }
  throw new UnexpectedAnswerError(
    `${listing.purpose}: Kommo's pages do not join up; the list changes faster than it can be read`,
  );
}

/**
 * The page that begins at least `overlap` places before `position` and reaches furthest. Only multiples of the page
 * size can be asked for, so a slightly smaller page often begins closer to where it should.
 */
function place(
  { position, overlap }: { position: number; overlap: number },
  largest: number,
): { page: number; limit: number } {
  // A few places that the next page repeats are enough for the removals of a moment; one is enough to join.
  const target = Math.max(0, position - Math.max(overlap, Math.ceil(largest / 64)));
  let best = { page: 1, limit: largest };
  let reach = 0;
  for (let limit = largest; limit > largest / 2; limit -= 1) {
    const offset = target - (target % limit);
    if (offset + limit > reach) {
      reach = offset + limit;
      best = { page: offset / limit + 1, limit };
    }
  }
  return best;
}

function ascending(rows: Row[]): boolean {
  return rows.every((row, index) => index === 0 || row.id > rows[index - 1]!.id);
}
