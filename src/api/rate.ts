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

/**
 * A rate that went well for long and is refused once was met by chance: requests were held up on their way and
 * arrived together, or another program had a busy moment. One that is refused soon after is far too high.
 */
const wentWell = 15_000;
const cutByChance = 0.95;
const cutSoon = 0.6;
/** What chance costs for the rest of the run, at most, so that it happens less often. */
const marginStep = 0.98;
const largestMargin = 0.95;

const shortestHold = 5_000;
const longestHold = 60_000;
/** Beyond a rate that was refused only after this long without a refusal. */
const beyondHold = 30_000;
/** Nearer than this to a refused rate, another step up gains less than the refusal costs. */
const near = 1.06;

/**
 * Starts at `limit` and never exceeds it. A refusal cuts the rate, a repeated one by much; it then climbs half of the way to the refused
 * rate at a time, falls back one step where a step was refused, and goes beyond the refused rate only now and
 * then. So a lasting lower limit costs a refusal or two a minute, and a passing one is soon forgotten.
 */
export function createAdaptiveRate(limit: number): AdaptiveRate {
  const lowest = Math.min(limit, 0.2);
  let rate = limit;
  /** Where climbing ends. */
  let top = limit;
  let refusedRate = Number.POSITIVE_INFINITY;
  /** The rate before the last step up, as long as that step may turn out to be too high. */
  let beforeStep: number | undefined;
  let hold = shortestHold;
  /** When this rate was chosen; undefined while it is still the one we started with. */
  let chosenAt: number | undefined;
  let cutAt = Number.NEGATIVE_INFINITY;
  let nextStep = Number.POSITIVE_INFINITY;

  function change(now: number, to: number): void {
    rate = to;
    chosenAt = now;
    nextStep = now + hold;
  }

  function step(now: number): void {
    const ceiling = Math.min(refusedRate, top);
    if (ceiling > rate * near) {
      beforeStep = rate;
      change(now, (rate + ceiling) / 2);
    } else if (ceiling === top) {
      hold = shortestHold;
      change(now, top);
      beforeStep = undefined;
      refusedRate = Number.POSITIVE_INFINITY;
      nextStep = Number.POSITIVE_INFINITY;
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
      if (startedAt <= cutAt) return false;
      const tried = Math.min(rate, recent);
      const isChance = chosenAt === undefined || now - chosenAt >= wentWell;
      refusedRate = tried;
      if (isChance) {
        if (tried >= top * marginStep) top = Math.max(top * marginStep, limit * largestMargin);
        hold = shortestHold;
        beforeStep = undefined;
      } else if (beforeStep !== undefined) {
        hold = Math.min(hold * 2, longestHold);
      }
      const lower = beforeStep ?? tried * (isChance ? cutByChance : cutSoon);
      change(now, Math.max(lowest, Math.min(lower, tried * 0.97)));
      beforeStep = undefined;
      cutAt = now;
      return true;
    },
  };
}
