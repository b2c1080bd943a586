import type { Interval } from '../../stream/interval.ts';
import type { Listing, Row } from '../listing.ts';
import type { Range, Walk } from './walk.ts';

/** Reads one closed window to its end; `false` when it turned out too long and nothing was read. */
type WindowReader = (
  listing: Listing,
  window: Interval,
  tooLong: () => Promise<boolean>,
) => AsyncGenerator<Row[], boolean>;

/** Rows that a window should hold: a checkpoint can follow each window, and only the last page is not full. */
const intended = 4_000;
/** More than this in one window would keep checkpoints waiting; only a single second may hold more. */
const bearable = 10_000;

/**
 * Makes a walk of a reader of closed windows: each step reads one window, as wide as the density just seen
 * suggests. A window that is a guess is probed for its length before it is read.
 */
export function byWindows(read: WindowReader): Walk {
  return async function* (listing: Listing, range: Range) {
    const from = range.from;
    const to = Math.min(range.to, from + range.width - 1);
    range.held = to;
    const tooLong = async () => to > from && (await reachesBehind(listing, { from, to }, bearable));
    const reading = read(listing, { from, to }, tooLong);
    let count = 0;
    for (;;) {
      const step = await reading.next();
      if (step.done) {
        range.held = from - 1;
        if (!step.value) {
          range.width = Math.max(1, Math.floor((to - from + 1) / 8));
          return from - 1;
        }
        break;
      }
      count += step.value.length;
      yield step.value;
    }
    range.width = Math.ceil(range.width * Math.min(8, Math.max(1 / 8, intended / Math.max(1, count))));
    return to;
  };
}

/** Whether more than `count` rows lie in the window: one request for the page behind them. */
async function reachesBehind(listing: Listing, window: Interval, count: number): Promise<boolean> {
  const place = (largest: number) => ({ page: Math.floor(count / largest) + 1, limit: largest });
  return (await listing.ask({ bounds: listing.bounds(window), place })).rows.length > 0;
}
