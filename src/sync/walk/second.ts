import { UnexpectedAnswerError } from '../../errors.ts';
import type { Bounds } from '../bounds.ts';
import { OrderIgnored } from '../detour.ts';
import type { Listing, PageRead } from '../listing.ts';
import type { Row } from '../row.ts';
import { mostHiddenPages } from './beyond.ts';
import { sequence } from './sequence.ts';
import { isDepth, tooDeep } from './too-deep.ts';

const patience = 60;

/**
 * Reads a single second that holds more than a page, of a list that has no order to ask for: in the sequence in which
 * it comes, and where that changes from request to request, by counting.
 */
export async function* second(listing: Listing, at: number): AsyncGenerator<Row[], void> {
  try {
    yield* sequence(listing, { from: at, to: at }, { likelyRows: listing.largest });
  } catch (error) {
    // Of rows that leave meanwhile no count can tell.
    if (!(error instanceof OrderIgnored) || !listing.list.immutable) throw error;
    yield* byCount(listing, listing.bounds({ from: at, to: at }));
  }
}

/**
 * The proof that nothing hid is a count: as many different rows as places, with rows on all of them. Where the order
 * changes from page to page there are fewer, and the second is read again until every place has shown its row. Where
 * pages come short, nobody knows the number of places: then further passes without news have to do.
 */
async function* byCount(listing: Listing, bounds: Bounds): AsyncGenerator<Row[], void> {
  const seen = new Set<Row['id']>();
  let most = 0;
  let quiet = 0;
  for (let pass = 0; pass < patience; pass += 1) {
    const known = seen.size;
    let came = 0;
    let short = 0;
    const limit = listing.largest;
    const shown = new Set<string>();
    let hidden = 0;
    let last: PageRead | undefined;
    let page = 1;
    let isEnd = false;
    for (; hidden < mostHiddenPages && page < mostHiddenPages + (4 * seen.size) / limit; page += 1) {
      const read = await listing.ask({ bounds, place: () => ({ page, limit }), looks: 3 });
      const signature = read.rows.map(({ id }) => id).join();
      // Some servers give a page again where there is none.
      if (!read.exists || (signature !== '' && shown.has(signature))) break;
      shown.add(signature);
      if (read.rows.length > 0) last = read;
      hidden = read.rows.length === 0 ? hidden + 1 : 0;
      if (read.rows.length < limit) short += 1;
      came += read.inside.length;
      yield read.inside.filter(({ id }) => !seen.has(id) && seen.add(id));
      isEnd = listing.facts.judge(read) === 'end';
      if (isEnd) break;
    }
    if (!isEnd && last !== undefined && (await isDepth(listing, bounds, { ...last, rows: [] }, page)))
      throw tooDeep(listing, bounds, last.page);
    const isCounted = short <= 1;
    if (isCounted) most = Math.max(most, came);
    quiet = seen.size === known ? quiet + 1 : 0;
    // A pass shows two rows of three: by chance, one that is there stays away fourteen times in ten million.
    if (isCounted ? seen.size >= most && quiet >= 2 : quiet >= 14) return;
  }
  throw new UnexpectedAnswerError(
    `${listing.purpose}: Kommo shows the records of one second in another order at every request, and some of them never`,
  );
}
