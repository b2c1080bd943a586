import type { Clock } from '../clock.ts';

/** Seconds that a server without a `Date` header is given to agree with our clock. */
const allowance = 60;

/** The last second that is over by the server's clock, which told `servedAt` (Unix seconds) when it answered. */
export function closedSecond(servedAt: number | undefined, clock: Clock): number {
  return (servedAt ?? Math.floor(clock.now() / 1000) - allowance) - 1;
}
