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
  /** How far the slowest server is ahead of our clock, in seconds. */
  #ahead: number;

  /** `told` are the clocks of the servers that answered so far, Unix seconds. */
  constructor(told: readonly (number | undefined)[], clock: Clock) {
    this.#clock = clock;
    const known = told.filter((second) => second !== undefined);
    this.#value = known.length > 0 ? Math.min(...known) - 1 : now(clock) - allowance - 1;
    this.#ahead = this.#value + 1 - now(clock);
  }

  get value(): number {
    return this.#value;
  }

  /** The last second that is over by now. */
  get latest(): number {
    return now(this.#clock) + this.#ahead - 1;
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
    if (servedAt === undefined) return;
    const behind = now(this.#clock) + this.#ahead - servedAt;
    // A server that is off by more is one among several: what it says is no use.
    if (behind > 0 && behind <= 2 * allowance) this.#ahead -= behind;
    if (servedAt > this.#value) return;
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
