/** The rate that the server seems to permit, learned from its refusals. Pure: time comes with every call. */
export interface AdaptiveRate {
  /** Requests per second at `now`. */
  at(now: number): number;
  /** A request set out. */
  started(at: number): void;
  /** Nearly all of the rate was accepted in the second before `startedAt`, the request of then included. */
  wasUsed(startedAt: number): boolean;
  /**
   * A request that set out at `startedAt` was refused (429). Returns false for an echo, which changes nothing:
   * it was under way when the rate was last cut.
   */
  refused(now: number, startedAt: number): boolean;
}

/** A rate is only known to be good when nobody refused it for so long. */
const goodAfter = 10_000;

/**
 * A good rate is refused once, while nearly all of it was accepted, the refused request included: requests were
 * held up on their way and arrived together.
 */
const nearlyAll = 0.9;

/** Where less than this share of the rate was accepted, the server has told what it permits a second. */
const clearlyLess = 0.8;
/** Only so far at once: after a pause little can have been accepted. */
const deepestCut = 0.4;
/** Refused again although all of the last second was accepted: the limit looks at more than a second. */
const cutBlindly = 0.7;
/** The pause after a refusal, and most of a second of requests. */
const nearlyRightAfter = 1_850;
const smallCut = 0.88;

/** A refusal costs more than a rate that is a little too low: nothing higher is tried for so long after one. */
const firstHold = 30_000;
const longestHold = 120_000;
/** Then the rate climbs by steps that double: small ones near the refused rate, large ones far from it. */
const stepEvery = 3_000;
const firstStep = 0.03;
const backFromStep = 0.9;

const rememberedStarts = 1_000;

/**
 * Starts at `limit` and never exceeds it. What the server accepted in the second before a refusal becomes the
 * rate for half a minute, and longer where higher ones are refused again; then it climbs until one is refused.
 */
export function createAdaptiveRate(limit: number): AdaptiveRate {
  const lowest = Math.min(limit, 0.2);
  let rate = limit;
  let changedAt = Number.NEGATIVE_INFINITY;
  let refusedAt = Number.NEGATIVE_INFINITY;
  let nextStep = Number.POSITIVE_INFINITY;
  let stepSize = firstStep;
  let hold = firstHold;
  /** The rates before the climb that is under way and before its last step. */
  let climb: { from: number; before: number } | undefined;
  /** When the latest requests set out, but for the refused ones. */
  let accepted: number[] = [];

  function step(now: number): void {
    climb = { from: climb?.from ?? rate, before: rate };
    rate = Math.min(limit, rate * (1 + stepSize));
    changedAt = now;
    stepSize *= 2;
    nextStep = rate < limit ? now + stepEvery : Number.POSITIVE_INFINITY;
  }

  function cut(now: number, to: number, until: number): void {
    rate = Math.max(lowest, Math.min(rate, to));
    changedAt = now;
    refusedAt = now;
    nextStep = until;
    stepSize = firstStep;
    climb = undefined;
  }

  /** How many of the requests that set out in the second up to `startedAt` were not refused. */
  function acceptedBefore(startedAt: number): number {
    return accepted.filter((at) => at > startedAt - 1000 && at <= startedAt).length;
  }

  function permittedAfter(now: number, lastSecond: number): number {
    // A lower rate that stood for a while is nearly right: on an uneven line, one second tells less than that.
    if (rate < limit && now - refusedAt >= nearlyRightAfter) return Math.max(lastSecond, rate * smallCut);
    return lastSecond <= rate * clearlyLess ? Math.max(lastSecond, rate * deepestCut) : rate * cutBlindly;
  }

  return {
    at(now) {
      if (now >= nextStep) step(now);
      return rate;
    },
    started(at) {
      accepted.push(at);
      if (accepted.length > 2 * rememberedStarts) accepted = accepted.slice(-rememberedStarts);
    },
    wasUsed: (startedAt) => acceptedBefore(startedAt) >= rate * nearlyAll,
    refused(now, startedAt) {
      const refusedStart = accepted.lastIndexOf(startedAt);
      if (refusedStart >= 0) accepted.splice(refusedStart, 1);
      if (startedAt <= refusedAt) return false;
      const lastSecond = acceptedBefore(startedAt);
      const isByChance = now - refusedAt >= goodAfter && lastSecond + 1 >= rate * nearlyAll;
      if (climb !== undefined && now - changedAt < goodAfter) {
        hold = Math.min(hold * 2, longestHold);
        cut(now, Math.max(climb.from, climb.before * backFromStep), now + hold);
      } else {
        hold = firstHold;
        cut(now, isByChance ? rate : permittedAfter(now, lastSecond), now + hold);
      }
      return true;
    },
  };
}
