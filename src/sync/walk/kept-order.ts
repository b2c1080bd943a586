import { firstPage, type Listing, type PageRead } from '../listing.ts';
import { falling, isInOrder, rising } from '../order.ts';
import type { Row } from '../row.ts';

/**
 * Whether a page in the order of the cursor leaves out none of the rows on its way from one end. Those of one second
 * come alike in any order, and those that are in the order of their ids too may have come in that one: then only a
 * page with room for more does so, or any where the list has one second at one end and a later one at the other.
 */
export async function leavesOutNone(listing: Listing, read: PageRead): Promise<boolean> {
  if (listing.facts.cursorOrder === 'honoured' || isRoomy(listing, read) || isSorted(read)) return true;
  const whole = { bounds: listing.bounds({ from: 0 }), place: firstPage, looks: 3 };
  const { rows: oldest } = await listing.ask({ ...whole, order: rising });
  const { rows: latest } = await listing.ask({ ...whole, order: falling });
  if (!(oldest[0] !== undefined && latest[0] !== undefined && oldest[0].cursor < latest[0].cursor))
    return false;
  listing.facts.cursorOrder = 'honoured';
  return true;
}

export function isById(rows: readonly Row[]): boolean {
  return isInOrder(rows, { by: 'id' }) || isInOrder(rows, { by: 'id', isDescending: true });
}

/** Less than half of what was asked for, and of what servers give at a time that give less than that. */
function isRoomy({ facts }: Listing, { rows, limit }: PageRead): boolean {
  return rows.length * 2 < Math.min(limit, facts.customarySize(rows.length));
}

/** Rows of many seconds that are in no order of their ids are in this order because they were asked for in it. */
export function isSorted({ rows }: PageRead): boolean {
  const seconds = new Set(rows.map(({ cursor }) => cursor));
  return seconds.size >= 10 && !isById(rows);
}
