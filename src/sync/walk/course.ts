import type { Interval } from '../../stream/interval.ts';
import type { Facts } from '../facts.ts';
import { firstPage, type Listing, type PageRead } from '../listing.ts';

/** The direction of time in which rows come that were asked for in no order. */
export type Course = Facts['course'];

/** What of the part comes before the second `last`, in the direction in which the rows come. */
export function inFront(part: Interval, course: Course, last: number): Interval {
  return course === 'falling' ? { from: last + 1, to: part.to } : { from: part.from, to: last - 1 };
}

/** What is left of the part from the second `from` on, in the direction in which the rows come. */
export function rest(part: Interval, course: Course, from: number): Interval {
  return course === 'falling' ? { from: part.from, to: from } : { from, to: part.to };
}

/**
 * Whether a part holds other rows than those of `read`, a page that seems to be in the order of time. Records that
 * somebody has changed one after the other come like that in a list in another order. Without the last second of the
 * page, there is room for one more.
 */
export async function hasOthers(listing: Listing, part: Interval, read: PageRead): Promise<boolean> {
  if (listing.list.immutable) return false;
  const shown = new Set(read.rows.map(({ id }) => id));
  const latest = Math.max(...read.rows.map(({ cursor }) => cursor));
  const { inside } = await listing.ask({ bounds: listing.bounds(part), place: firstPage });
  const hasMore = inside.some(({ id, cursor }) => !shown.has(id) && cursor <= latest);
  if (hasMore) listing.facts.denyCourse();
  return hasMore;
}
