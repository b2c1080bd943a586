import type { Interval } from '../../stream/interval.ts';
import type { Bookmark, Place } from '../bookmark.ts';
import type { Listing } from '../listing.ts';
import type { Row } from '../row.ts';
import type { Density } from './density.ts';

/** What is still to be read of a stream by one reader at a time. Another reader may take over its upper part. */
export interface Range extends Interval {
  /** The walk is committed to read up to here by itself; only what lies above may be taken over. */
  held: number;
  /** Where more records are expected than have come: an empty answer from here on is doubted. */
  unsettled: number | undefined;
  /** Records a second where it was read last; undefined until then. */
  rate: number | undefined;
  /** How wide a window should be at its lower end; walks by windows keep it. */
  density: Density | undefined;
  /** The window at the lower end of the range that is under way, and the place reached in it. */
  bookmark: Bookmark | undefined;
}

/** An empty answer for as long a time as this, in seconds, is doubted: slow queries have been seen to give one. */
export const remarkablyLong = 24 * 60 * 60;

/**
 * One step of reading `range` from its lower end: yields rows, and returns the second through which everything
 * from `range.from` on has been yielded. Less than `range.from` means that only the plan has changed.
 */
export type Walk = (listing: Listing, range: Range) => AsyncGenerator<Row[], number>;

/** What a reader of one closed window may be given. */
export interface WindowOptions {
  /**
   * Asked once, when the first page is not the whole window and before anything is yielded; when it says yes
   * the reader ends with `false`: nothing was read.
   */
  isTooLong?: () => Promise<boolean>;
  /** Go on behind this place instead of at the beginning. */
  after?: Place | undefined;
  /** How many records the window should hold; unlimited where nobody can say. */
  likelyRows?: number;
  /** An empty window would be a surprise: it is asked for once more. */
  expectsRows?: boolean;
  /** Told each place that has been reached; everything before it was yielded and taken. */
  reached?: (place: Place) => void;
}

/** A range of which nothing is known yet. */
export function rangeOf({ from, to }: Interval): Range {
  return {
    from,
    to,
    held: from - 1,
    rate: undefined,
    density: undefined,
    bookmark: undefined,
    unsettled: undefined,
  };
}
