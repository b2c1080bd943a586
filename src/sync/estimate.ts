import type { KommoClient } from '../api/kommo-client.ts';
import type { Clock } from '../clock.ts';
import type { List } from '../stream/declaration.ts';
import { FiltersIgnored } from './detour.ts';
import { countInFlight } from './in-flight.ts';
import { askingForKinds } from './kinds.ts';
import { Listing, type PageRead } from './listing.ts';
import { bestStrategy } from './strategy.ts';

export interface Estimate {
  /** About so many records the stream has. */
  records: number;
  /** About so many requests a first sync of its list takes. */
  requests: number;
  /** The end of the list was seen: `records` is a count. */
  isExact: boolean;
  /** Requests that the estimate cost. */
  probes: number;
}

/** Page sizes that servers fall back to whatever was asked (kommo-api.md §3, §5). */
const customary = [50, 100, 250];
/** How far the upper and the lower guess may lie apart. */
const precision = 1.2;
/** No list has so many pages: a server that shows records on all of them does not page at all. */
const mostPages = 1_000_000;
/** Pages overlap a little, and the last one of each window is not full. */
const overlap = 1.1;
/** A reader by windows feels its way to their right width first. */
const firstWindows = 6;
/** What shows that a list of more than half a page, which is asked for in no order, ends where it seems to. */
const proofOfEnd = 4;

/** Estimates how long a list is, of which the server tells nothing, from a few of its pages. */
export async function estimateList(
  list: List,
  client: KommoClient,
  purpose: string,
  startDate: number | undefined,
  clock: Clock,
): Promise<Estimate> {
  const asking = askingForKinds(
    countInFlight(client, () => 0),
    list,
  );
  const listing = new Listing(list, { client: asking, purpose, clock });
  const bounds = list.cursor === undefined || startDate === undefined ? {} : { from: startDate };
  try {
    return await estimateListing(listing, bounds);
  } catch (error) {
    if (!(error instanceof FiltersIgnored)) throw error;
    listing.filters = false;
    return await estimateListing(listing, {});
  }
}

/** Looks at pages ever further apart until one is empty, then between the last two until they lie close together. */
async function estimateListing(listing: Listing, bounds: { from?: number }): Promise<Estimate> {
  const firstIds = new Set<number | string>();
  let probes = 0;
  const look = async (page: number) => {
    probes += 1;
    const place = (largest: number) => ({ page, limit: largest });
    const answer = await listing.ask({ bounds: listing.bounds(bounds), place });
    const [first] = answer.rows;
    // What was there before is no further page: some servers repeat the last one.
    const isThere = first !== undefined && !firstIds.has(first.id);
    if (isThere) firstIds.add(first.id);
    return { answer, isThere, isLast: isThere && isTheEnd(answer) };
  };

  const { answer } = await look(1);
  // A server that gives less than was asked for counts its pages in what it gives.
  const size = customary.includes(answer.rows.length) ? answer.rows.length : answer.limit;
  const strategy = bestStrategy(listing.list);
  const feelers = strategy.startsWith('windows') ? firstWindows : 0;
  const proof = strategy === 'wholeInSequence' || strategy === 'newestFirst' ? proofOfEnd : 0;
  const records = answer.rows.flatMap((row) => listing.list.rows(row.body)).length;
  const recordsInRow = answer.rows.length === 0 ? 0 : records / answer.rows.length;
  const found = (rows: number, isExact: boolean): Estimate => ({
    records: Math.round(rows * recordsInRow),
    requests:
      (rows <= size ? 1 : Math.ceil((rows / size) * overlap)) + (rows * 2 > size ? proof : 0) + feelers,
    isExact,
    probes,
  });
  if (isTheEnd(answer)) return found(answer.rows.length, true);

  let low = 1;
  let rowsOnLow = answer.rows.length;
  let high = 8;
  for (; high < mostPages; high *= 8) {
    const { answer, isThere, isLast } = await look(high);
    if (isLast) return found((high - 1) * size + answer.rows.length, true);
    if (!isThere) break;
    low = high;
    rowsOnLow = answer.rows.length;
  }
  while (high - low > 1 && high / low > precision) {
    const middle = Math.min(high - 1, Math.max(low + 1, Math.round(Math.sqrt(low * high))));
    const { answer, isThere, isLast } = await look(middle);
    if (isLast) return found((middle - 1) * size + answer.rows.length, true);
    if (!isThere) high = middle;
    else {
      low = middle;
      rowsOnLow = answer.rows.length;
    }
  }
  if (high - low === 1) return found((low - 1) * size + rowsOnLow, true);
  return found(((low + high - 1) / 2) * size, false);
}

/** As far as an estimate has to know. */
function isTheEnd({ rows, limit, hasNext }: PageRead): boolean {
  return !hasNext && rows.length < limit && !customary.includes(rows.length);
}
