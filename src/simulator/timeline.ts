import { mixFraction } from './random.ts';

/** Where in the account's history things happen: some months are busy, some next to empty. */
export interface Timeline {
  readonly start: number;
  readonly end: number;
  /** The second that lies at this share (0 to 1) of all activity. */
  at(share: number): number;
}

const MONTH = 30 * 86_400;

/** A history between two seconds whose busy and quiet months follow from the seed. */
export function createTimeline(seed: number, start: number, end: number): Timeline {
  const months = Math.max(4, Math.round((end - start) / MONTH));
  const length = (end - start) / months;
  const reached = new Float64Array(months + 1);
  for (let month = 0; month < months; month++) {
    const chance = mixFraction(seed, month, 1);
    const quiet = chance < 0.2;
    const busy = chance > 0.8;
    reached[month + 1] = reached[month]! + (quiet ? 0.005 : busy ? 3 : 1);
  }
  const total = reached[months]!;
  return {
    start,
    end,
    at(share) {
      const wanted = Math.min(Math.max(share, 0), 1) * total;
      let low = 0;
      let high = months - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (reached[middle]! <= wanted) low = middle;
        else high = middle - 1;
      }
      const within = (wanted - reached[low]!) / (reached[low + 1]! - reached[low]!);
      return Math.min(end, Math.floor(start + (low + Math.min(within, 1)) * length));
    },
  };
}
