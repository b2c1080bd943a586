import type { Interval } from '../../stream/interval.ts';
import type { Listing, Row } from '../listing.ts';

/** What is still to be read of a stream by one reader at a time. Another reader may take over its upper part. */
export interface Range extends Interval {
  /** The walk is committed to read up to here by itself; only what lies above may be taken over. */
  held: number;
  /** Seconds that the next window of this range should span; walks by windows keep it. */
  width: number;
}

/**
 * One step of reading `range` from its lower end: yields rows, and returns the second through which everything
 * from `range.from` on has been yielded. Less than `range.from` means that only the plan has changed.
 */
export type Walk = (listing: Listing, range: Range) => AsyncGenerator<Row[], number>;
