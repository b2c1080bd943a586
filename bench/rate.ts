import type { LoggedRequest } from '../src/simulator/statistics.ts';

/** What the log of a server says about how the permitted rate was used. */
export interface RateUse {
  /**
   * List requests a second ÷ the permitted ones, from the arrival of the first list request to the arrival of
   * the last one: while there was work, the run's own tail included.
   */
  used: number;
  seconds: number;
  requests: number;
}

export function rateUse(log: readonly LoggedRequest[], permitted: number): RateUse {
  const arrivals = log.filter(({ list }) => list !== 'account').map(({ at }) => at);
  arrivals.sort((a, b) => a - b);
  const seconds = (arrivals.at(-1)! - arrivals[0]!) / 1000;
  // n requests have n - 1 intervals between them.
  return { used: (arrivals.length - 1) / seconds / permitted, seconds, requests: arrivals.length };
}

/** What became of the first `count` list requests of a log, by the server's clock. */
export function answeredUse(
  log: readonly LoggedRequest[],
  count: number,
): { use: { perSecond: number; seconds: number }; refused: number } {
  const first = log
    .filter(({ list }) => list !== 'account')
    .sort((a, b) => a.at - b.at)
    .slice(0, count);
  if (first.length < count) throw new Error(`only ${first.length} requests were made, ${count} should count`);
  const refused = first.filter(({ status }) => status === 429).length;
  const seconds = (first.at(-1)!.at - first[0]!.at) / 1000;
  return { use: { perSecond: (count - refused - 1) / seconds, seconds }, refused };
}
