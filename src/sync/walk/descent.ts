import type { Listing, PageRead } from '../listing.ts';
import type { Row } from '../row.ts';
import { pageAt } from './place.ts';
import { continues } from './rows-in-sequence.ts';

/** Requests in a row that bring nothing new before the list counts as unfit to be read from the top. */
const patience = 16;
/** Rows that a page has to repeat where it begins within a second. */
const proof = 4;
/** Further looks at an empty answer where rows are known to be. */
const emptyLooks = 6;
/** Such a list cannot be asked for a part of it. */
const everything = { from: undefined, to: undefined, asked: { from: undefined, to: undefined } };

interface Descent {
  /** Rows changed before this second are not wanted. */
  from: number;
  /** It ends with a row that changed before this second. */
  below: number;
  /** Is given the rows that come, with their places. */
  seen?: Map<Row['id'], number>;
}

/**
 * Came down; had all of the list in the first answer; came to its end, answer by answer; met a page in another order;
 * or none of that.
 */
type Outcome = 'down' | 'all' | 'end' | 'contrary' | 'unclear';

/**
 * Page by page from the top. Each page has to begin above the last row that has come, so that no removal and no move
 * can pull a row past the reader; in the middle of a second, with the rows that came last, in their sequence. Rows
 * that change meanwhile move to the top and only push what is known down.
 */
export async function* fromTheTop(
  listing: Listing,
  { from, below, seen = new Map() }: Descent,
): AsyncGenerator<Row[], Outcome> {
  const { facts, options } = listing;
  let lowest = Number.POSITIVE_INFINITY;
  let position = 0;
  let overlap = proof;
  for (let idle = 0; idle < patience; idle += 1) {
    const seam = { position, overlap };
    const read: PageRead = await listing.ask({
      bounds: everything,
      place: (largest) => pageAt(seam, largest),
      looks: emptyLooks,
    });
    const { rows } = read;
    options.closed?.learn(read.servedAt, undefined);
    if (rows.length === 0) return read.exists || position === 0 ? 'unclear' : 'end';
    if (!isFalling(rows)) return 'contrary';
    const joins = rows[0]!.cursor > lowest || continues(rows, seen, { last: seen.size - 1, proof });
    if (read.page > 1 && !joins) {
      overlap = Math.max(8, overlap * 4);
      continue;
    }
    const fresh = rows.filter(({ id }) => !seen.has(id));
    for (const { id } of fresh) seen.set(id, seen.size);
    yield fresh.filter(({ cursor }) => cursor >= from);
    lowest = Math.min(lowest, rows.at(-1)!.cursor);
    if (lowest < below) return 'down';
    // A page that was cut short holds half of its rows at least.
    if (read.page === 1 && rows.length * 2 < read.limit && facts.judge(read) !== 'more') return 'all';
    position = read.offset + rows.length;
    if (fresh.length > 0) {
      idle = 0;
      overlap = Math.max(proof, overlap >> 1);
    } else if (rows.length < read.limit) facts.repeated(rows.length);
  }
  return 'unclear';
}

/** What changed last comes first. */
function isFalling(rows: readonly Row[]): boolean {
  return rows.every((row, index) => index === 0 || row.cursor <= rows[index - 1]!.cursor);
}
