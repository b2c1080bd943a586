import type { Interval } from '../../stream/interval.ts';
import type { Listing } from '../listing.ts';
import type { Row } from '../row.ts';
import type { Density } from './density.ts';
import { type Range, remarkablyLong, type Walk, type WindowOptions } from './walk.ts';

const firstGuess: Density = { width: 7 * 24 * 60 * 60, measured: false };

/** Reads one closed window to its end; `false` when it turned out too long and nothing was read. */
type WindowReader = (
  listing: Listing,
  window: Interval,
  options: WindowOptions,
) => AsyncGenerator<Row[], boolean>;

/** Rows that a window should hold: the last page of each is not full, so more of them cost fewer requests. */
const intended = 4_000;
/** Only a single second may hold more: what is remembered of a window while it is read has to stay small. */
const bearable = 10_000;

/**
 * Makes a walk of a reader of closed windows: each step reads one window, as wide as the density just seen
 * suggests. A window whose width is a guess is probed for its length before it is read.
 */
export function byWindows(read: WindowReader): Walk {
  return async function* (listing: Listing, range: Range) {
    const { from, bookmark } = range;
    const density = range.density ?? listing.density ?? firstGuess;
    const to = bookmark?.to ?? Math.min(range.to, from + density.width - 1);
    range.held = to;
    const isGuess = !density.measured && bookmark === undefined && to > from;
    const reading = read(
      listing,
      { from, to },
      {
        isTooLong: async () => isGuess && reachesBehind(listing, { from, to }),
        after: bookmark,
        expectsRows: to - from >= remarkablyLong && density.barren !== true,
        reached: (place) => {
          range.bookmark = { from, to, ...place };
        },
      },
    );
    let count = 0;
    for (;;) {
      const { done, value } = await reading.next();
      // Where records lie much denser than just before, a narrower window takes over; what came is sent again.
      const grewTooLong = !done && to > from && count > 2 * bearable;
      if (grewTooLong || (done && !value)) {
        range.held = from - 1;
        range.bookmark = undefined;
        range.density = { width: Math.ceil((to - from + 1) / 8), measured: false };
        return from - 1;
      }
      if (done) break;
      count += value.length;
      yield value;
    }
    if (bookmark !== undefined) return to;
    const factor = Math.min(8, Math.max(1 / 8, intended / Math.max(1, count)));
    range.density = { width: Math.ceil((to - from + 1) * factor), measured: count >= intended / 4 };
    if (range.density.measured) listing.density = range.density;
    return to;
  };
}

/** Whether more rows lie in the window than is bearable: one request for the page behind them. */
async function reachesBehind(listing: Listing, window: Interval): Promise<boolean> {
  const bounds = listing.bounds(window);
  const place = (largest: number) => ({ page: Math.floor(bearable / largest) + 1, limit: largest });
  return (await listing.ask({ bounds, place })).rows.length > 0;
}
