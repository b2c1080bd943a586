import type { Listing } from '../listing.ts';
import type { Row } from '../row.ts';
import { pages } from './pages.ts';
import { stitch } from './stitch.ts';
import type { Range } from './walk.ts';

/** Reads the whole list in one step, for lists that can be neither filtered nor ordered. */
export async function* wholeByPages(listing: Listing, range: Range): AsyncGenerator<Row[], number> {
  yield* pages(listing, { from: range.from });
  return range.to;
}

/** Reads the whole list in one step by id, for accounts that ignore the filter on the cursor. */
export async function* wholeById(listing: Listing, range: Range): AsyncGenerator<Row[], number> {
  yield* stitch(listing, { from: range.from });
  return range.to;
}
