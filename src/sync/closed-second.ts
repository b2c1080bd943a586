import type { Clock } from '../clock.ts';
import { WindowStillOpen } from './detour.ts';

/** Seconds that a server without a `Date` header is given to agree with our clock, and that any may differ from it. */
const allowance = 60;

/**
 * The last second that is over by the server's clock: the earliest that any answer of the run has told. One server
 * of several may be wrong by a day; what it says is asked for again where it matters.
 */
export class ClosedSecond {
  readonly #clock: Clock;
  #value: number;
  /** About how far the servers are ahead of our clock, in seconds. */
  readonly #likelyAhead: number;
  /** How far the slowest of them is, at most. */
  #ahead = Number.POSITIVE_INFINITY;

  /** `told` are the clocks of the servers that answered so far, Unix seconds. */
  constructor(told: readonly (number | undefined)[], clock: Clock) {
    this.#clock = clock;
    const known = told.filter((second) => second !== undefined);
    this.#value = known.length > 0 ? Math.min(...known) - 1 : now(clock) - allowance - 1;
    this.#likelyAhead = this.#value + 1 - now(clock);
  }

  get value(): number {
    return this.#value;
  }

  /** Seconds of our clock. */
  get now(): number {
    return now(this.#clock);
  }

  /**
   * What the slowest server would have told in the place of `servedAt`, for a request that was sent at `sentAt`
   * (Unix seconds of our clock): one of several may be somewhat ahead of the clock by which records are stamped.
   */
  asTheSlowest(servedAt: number, sentAt: number): number {
    const ahead = servedAt - sentAt;
    // A server that is off by more is no use.
    if (Math.abs(ahead - this.#likelyAhead) <= 2 * allowance) this.#ahead = Math.min(this.#ahead, ahead);
    return Math.min(servedAt, sentAt + this.#ahead);
  }

  /** A clock that differs from ours by more than a minute may be that of one server among several. */
  isOdd(servedAt: number | undefined): boolean {
    return servedAt !== undefined && Math.abs(servedAt - now(this.#clock)) > allowance;
  }

  /**
   * Hears the clock of an answer about the time up to `to`. Throws WindowStillOpen where that second was not over
   * for the server: what came may be incomplete.
   */
  learn(servedAt: number | undefined, to: number | undefined): void {
    if (servedAt === undefined || servedAt > this.#value) return;
    const isOpen = to !== undefined && servedAt <= to;
    if (isOpen || !this.isOdd(servedAt)) this.#value = servedAt - 1;
    if (isOpen) throw new WindowStillOpen();
  }
}

/** The last second that is over for the server that told `servedAt` (Unix seconds) when it answered. */
export function secondBefore(servedAt: number | undefined, clock: Clock): number {
  return (servedAt ?? now(clock) - allowance) - 1;
}

function now(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}
