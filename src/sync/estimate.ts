import type { Listing } from './listing.ts';

export interface Estimate {
  /** About so many rows the list holds. */
  rows: number;
  /** Requests that the estimate cost. */
  probes: number;
}

/** How far the upper and the lower guess may lie apart. */
const precision = 1.2;

/**
 * Estimates the length of a list of which the server tells none: looks at pages ever further apart until one is
 * empty, then between the last two until they lie close together.
 */
export async function estimateRows(listing: Listing, from: number | undefined): Promise<Estimate> {
  let probes = 0;
  const rowsOnPage = async (page: number) => {
    probes += 1;
    const answer = await listing.ask({
      bounds: listing.bounds(from === undefined ? {} : { from }),
      place: (largest) => ({ page, limit: largest }),
    });
    // A server that gives less than was asked for counts its pages in what it gives.
    const size = Math.min(answer.limit, listing.capOf(answer));
    return { rows: answer.rows.length, size };
  };
  const first = await rowsOnPage(1);
  if (first.rows < first.size) return { rows: first.rows, probes };
  let low = 1;
  let high = 8;
  for (; ; high *= 8) {
    const { rows } = await rowsOnPage(high);
    if (rows === 0) break;
    if (rows < first.size) return { rows: (high - 1) * first.size + rows, probes };
    low = high;
  }
  while (high - low > 1 && high / low > precision) {
    const middle = Math.min(high - 1, Math.max(low + 1, Math.round(Math.sqrt(low * high))));
    const { rows } = await rowsOnPage(middle);
    if (rows > 0 && rows < first.size) return { rows: (middle - 1) * first.size + rows, probes };
    if (rows === 0) high = middle;
    else low = middle;
  }
  return { rows: Math.round(((low + high - 1) / 2) * first.size), probes };
}
