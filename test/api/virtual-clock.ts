import type { Clock } from '../../src/clock.ts';

export interface VirtualClock extends Clock {
  /** Runs all sleepers, in order of time, until nobody sleeps any more; gives other work its turn in between. */
  run(): Promise<void>;
}

/** Time that only moves when everybody waits. `lateness` is how much later than asked each sleep ends. */
export function createVirtualClock(
  start = 1_700_000_000_000,
  lateness: () => number = () => 0,
): VirtualClock {
  let now = start;
  let sleepers: { at: number; wake: () => void; fail: (reason: unknown) => void; signal?: AbortSignal }[] =
    [];
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((wake, fail) => {
        if (signal?.aborted) return fail(signal.reason);
        const sleeper = { at: now + milliseconds + lateness(), wake, fail, ...(signal ? { signal } : {}) };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          fail(signal.reason);
        });
      }),
    async run() {
      for (;;) {
        // Promise chains between two sleeps are short; the event loop's turn covers them.
        await new Promise((resolve) => setImmediate(resolve));
        const next = sleepers.toSorted((a, b) => a.at - b.at)[0];
        if (!next) return;
        sleepers = sleepers.filter((other) => other !== next);
        now = Math.max(now, next.at);
        next.wake();
      }
    },
  };
}
