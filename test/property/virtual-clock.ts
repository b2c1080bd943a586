import type { Clock } from '../../src/clock.ts';

/** A clock that stands still until somebody sleeps or moves it: tests of hours pass in milliseconds. */
export interface VirtualClock extends Clock {
  advance(milliseconds: number): void;
}

export function createVirtualClock(start = Date.UTC(2026, 0, 15, 12)): VirtualClock {
  let time = start;
  return {
    now: () => time,
    advance: (milliseconds) => {
      time += milliseconds;
    },
    sleep: async (milliseconds) => {
      time += milliseconds;
    },
  };
}
