import type { Interval } from '../../stream/interval.ts';
import type { Listing } from '../listing.ts';
import type { Row } from '../row.ts';
import { afterTooLong, afterWindow, unknownDensity } from './density.ts';
import { type Range, remarkablyLong, type Walk, type WindowOptions } from './walk.ts';

/** Reads one closed window to its end; `false` when it turned out too long and nothing was read. */
type WindowReader = (
  listing: Listing,
  window: Interval,
  options: WindowOptions,
) => AsyncGenerator<Row[], boolean>;

/** A window whose width is a guess is begun only if it holds no more: smaller ones can be shared. */
const bearable = 10_000;
/** Only a single second may hold more: what is remembered of a window while it is read has to stay small. */
const most = 50_000;
/** So many times as many rows as were intended raise a doubt about a width that was measured. */
const surprising = 1.5;

/**
 * Makes a walk of a reader of closed windows: each step reads one window, as wide as the density just seen
 * suggests. The length of a window is probed before it is read where its width is a guess, and else when more
 * comes than was intended; one that is too long is left for a narrower one, and what came of it is sent again.
 */
export function byWindows(read: WindowReader): Walk {
  return async function* (listing: Listing, range: Range) {
    const { from, bookmark } = range;
    const density = range.density ?? listing.density ?? unknownDensity(range.to - from + 1);
    const to = bookmark?.to ?? Math.min(range.to, from + density.width - 1);
    range.held = to;
    const isGuess = !density.isMeasured && bookmark === undefined && to > from;
    const reading = read(
      listing,
      { from, to },
      {
        isTooLong: async () => isGuess && reachesBehind(bearable, listing, { from, to }),
        after: bookmark,
        likelyRows: listing.intended,
        expectsRows: to - from >= remarkablyLong && density.isBarren !== true,
        reached: (place) => {
          range.bookmark = { from, to, ...place };
        },
      },
    );
    let count = 0;
    let isDoubtful = !isGuess && to > from;
    let isTooLong = false;
    for (;;) {
      const { done, value } = await reading.next();
      if (isDoubtful && count > surprising * listing.intended) {
        isDoubtful = false;
        // Nobody waits for the answer, and where there is none the reader meets the same trouble by itself.
        reachesBehind(most, listing, { from, to }).then(
          (is) => {
            isTooLong = is;
          },
          () => {},
        );
      }
      if (done ? !value : isTooLong) {
        range.held = from - 1;
        range.bookmark = undefined;
        range.density = afterTooLong(to - from + 1);
        return from - 1;
      }
      if (done) break;
      count += value.length;
      yield value;
    }
    if (bookmark !== undefined) return to;
    range.density = afterWindow(density, to - from + 1, count, listing.intended);
    if (range.density.isMeasured) listing.density = range.density;
    return to;
  };
}

/** Whether more than `count` rows lie in the window: one request for the page behind them. */
async function reachesBehind(count: number, listing: Listing, window: Interval): Promise<boolean> {
  const bounds = listing.bounds(window);
  const place = (largest: number) => ({ page: Math.floor(count / largest) + 1, limit: largest });
  return (await listing.ask({ bounds, place })).rows.length > 0;
}
