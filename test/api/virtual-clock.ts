import type { Clock } from '../../src/clock.ts';

export interface VirtualClock extends Clock {
  /**
   * Wakes all sleepers, in order of time, until nobody sleeps any more; gives other work its turn in between.
   * Time stands still while `isBusy` says that something is on its way over a socket.
   */
  run(isBusy?: () => boolean): Promise<void>;
  /** Lets time pass until `work` is settled. */
  settle<T>(work: Promise<T>, isBusy?: () => boolean): Promise<T>;
}

/** Time that only moves when everybody waits. `lateness` is how much later than asked each sleep ends. */
export function createVirtualClock(
  start = 1_700_000_000_000,
  lateness: () => number = () => 0,
): VirtualClock {
  let now = start;
  let sleepers: { at: number; wake: () => void; fail: (reason: unknown) => void; signal?: AbortSignal }[] =
    [];
  const clock: VirtualClock = {
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
    async run(isBusy = () => false) {
      for (;;) {
        // Promise chains between two sleeps are short; the event loop's turn covers them.
        await new Promise((resolve) => setImmediate(resolve));
        if (isBusy()) continue;
        const next = sleepers.toSorted((a, b) => a.at - b.at)[0];
        if (!next) return;
        sleepers = sleepers.filter((other) => other !== next);
        now = Math.max(now, next.at);
        next.wake();
      }
    },
    async settle(work, isBusy) {
      let isSettled = false;
      const settled = () => {
        isSettled = true;
      };
      work.then(settled, settled);
      while (!isSettled) await clock.run(() => !isSettled && isBusy?.() === true);
      return work;
    },
  };
  return clock;
}
