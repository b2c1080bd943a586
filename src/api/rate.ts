/** The rate that the server seems to permit, learned from its refusals. Pure: time comes with every call. */
export interface AdaptiveRate {
  /** Requests per second at `now`. */
  at(now: number): number;
  /**
   * A request that set out at `startedAt` was refused (429) while about `recent` requests per second went
   * out. Returns false for an echo: a request that was under way when the rate was last cut.
   */
  refused(now: number, startedAt: number, recent: number): boolean;
}

const cut = 0.75;
const shortestHold = 5_000;
const longestHold = 120_000;
/** Beyond a rate that was refused only after this long without a refusal. */
const beyondHold = 30_000;
/** Nearer than this to a refused rate, another step up gains less than the refusal costs. */
const near = 1.06;

/**
 * Starts at `limit` and never exceeds it. A refusal cuts the rate by a quarter; it then climbs half of the way
 * to the refused rate at a time, falls back one step where a step was refused, and goes beyond the refused
 * rate only now and then. So a lasting lower limit costs a refusal a minute, a passing one is soon forgotten.
 */
export function createAdaptiveRate(limit: number): AdaptiveRate {
  const lowest = Math.min(limit, 0.2);
  let rate = limit;
  let refusedRate = Number.POSITIVE_INFINITY;
  let beforeStep: number | undefined;
  let hold = shortestHold;
  let nextStep = Number.POSITIVE_INFINITY;
  let cutAt = Number.NEGATIVE_INFINITY;

  function step(now: number): void {
    const ceiling = Math.min(refusedRate, limit);
    if (ceiling > rate * near) {
      beforeStep = rate;
      rate += (ceiling - rate) / 2;
      nextStep = now + hold;
    } else if (ceiling === limit) {
      rate = limit;
      refusedRate = Number.POSITIVE_INFINITY;
      nextStep = Number.POSITIVE_INFINITY;
      hold = shortestHold;
      beforeStep = undefined;
    } else {
      refusedRate *= 1.5;
      nextStep = now + Math.max(hold, beyondHold);
    }
  }

  return {
    at(now) {
      if (now >= nextStep) step(now);
      return rate;
    },
    refused(now, startedAt, recent) {
      if (startedAt < cutAt) return false;
      const tried = Math.min(rate, recent);
      refusedRate = tried;
      if (beforeStep !== undefined) hold = Math.min(hold * 2, longestHold);
      rate = Math.max(lowest, Math.min(beforeStep ?? tried * cut, tried * 0.97));
      beforeStep = undefined;
      cutAt = now;
      nextStep = now + hold;
      return true;
    },
  };
}
