import type { Interval } from '../../stream/interval.ts';
import type { Listing } from '../listing.ts';

/** Whether more than `count` rows lie in the window: one request for the page behind them. */
export async function reachesBehind(
  count: number,
  listing: Listing,
  window: Partial<Interval>,
): Promise<boolean> {
  const bounds = listing.bounds(window);
  const place = (largest: number) => ({ page: Math.floor(count / largest) + 1, limit: largest });
  return (await listing.ask({ bounds, place })).rows.length > 0;
}
