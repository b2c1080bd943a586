import type { Listing } from '../listing.ts';
import type { Row } from '../row.ts';
import { isWholeEmpty } from './proven-empty.ts';
import type { Range, Walk, WindowReader } from './walk.ts';

/** Reads the whole list in one step. Its rows from the range's lower end on are wanted. */
export function wholly(read: WindowReader): Walk {
  return async function* (listing: Listing, range: Range): AsyncGenerator<Row[], number | undefined> {
    const outcome = yield* read(listing, { from: range.from }, {});
    return outcome === 'empty' && !(await isWholeEmpty(listing)) ? undefined : range.to;
  };
}
