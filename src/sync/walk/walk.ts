import type { Interval } from '../../stream/interval.ts';
import type { Bookmark, Place } from '../bookmark.ts';
import type { Listing, PageRead } from '../listing.ts';
import type { Row } from '../row.ts';
import type { Density } from './density.ts';

/** What is still to be read of a list by one reader at a time. Another reader may take over its upper part. */
export interface Range extends Interval {
  /** The walk is committed to read up to here by itself; only what lies above may be taken over. */
  held: number;
  /** A second at or before `from` that holds a row: an honest answer from there on is not empty. */
  known: number | undefined;
  /** The page that brought the reader to `from`. */
  before: PageRead | undefined;
  /** Steps in a row that have brought the reader no further. */
  barren: number;
  /** Records a second where it was read last; undefined until then. */
  rate: number | undefined;
  /** How wide a window should be at its lower end; walks by windows keep it. */
  density: Density | undefined;
  /** Parts of the window under way that have been yielded and taken already. */
  settled: Interval[];
  /** The window at the lower end of the range that is under way, and the place reached in it. */
  bookmark: Bookmark | undefined;
}

/**
 * One step of reading `range` from its lower end: yields rows, and returns the second through which everything
 * from `range.from` on has been yielded; undefined when the step has only learnt how to go on.
 */
export type Walk = (listing: Listing, range: Range) => AsyncGenerator<Row[], number | undefined>;

/** How a window was read: to its end; not at all, for it holds too much; or nothing came. */
export type Outcome = 'read' | 'too long' | 'empty';

/** Reads one closed window, or a whole list. What came of one that is too long is read again. */
export type WindowReader = (
  listing: Listing,
  window: Partial<Interval>,
  options: WindowOptions,
) => AsyncGenerator<Row[], Outcome>;

/** What a reader of one window may be given. */
export interface WindowOptions {
  /** The window is too long when it holds more records than this; found out before anything is yielded. */
  bearable?: number;
  /** Go on behind this place instead of at the beginning. */
  after?: Place | undefined;
  /** How many records the window should hold; unlimited where nobody can say. */
  likelyRows?: number;
  /** A second of the window that is known to hold a row, none of the rows before or in it being wanted. */
  known?: number | undefined;
  /** Told each place that has been reached; everything before it was yielded and taken. */
  reached?: (place: Place) => void;
  /** Told each part of the window that was yielded and taken, where it is not read from its beginning. */
  settled?: (part: Interval) => void;
}

/** A range of which nothing is known yet. */
export function rangeOf({ from, to }: Interval): Range {
  return {
    from,
    to,
    held: from - 1,
    known: undefined,
    before: undefined,
    barren: 0,
    settled: [],
    rate: undefined,
    density: undefined,
    bookmark: undefined,
  };
}
