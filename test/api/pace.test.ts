import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPacer } from '../../src/api/pace.ts';
import { createVirtualClock } from './virtual-clock.ts';

function mostInOneSecond(starts: readonly number[]): number {
  let most = 0;
  let from = 0;
  starts.forEach((at, index) => {
    while (starts[from]! <= at - 1000) from++;
    most = Math.max(most, index - from + 1);
  });
  return most;
}

describe('the pacer', () => {
  test('never starts more than N in any second and uses 97 % of the rate, however late timers are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 14 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        async (requestsPerSecond, worst, chance) => {
          const clock = createVirtualClock(0, () => Math.floor(chance.next().value * worst));
          const pacer = createPacer({ requestsPerSecond, clock, signal: new AbortController().signal });
          const starts: number[] = [];
          const count = requestsPerSecond * 20;
          const all = Promise.all(
            Array.from({ length: count }, async () => starts.push((await pacer.turn()).startedAt)),
          );
          await clock.run();
          await all;
          expect(mostInOneSecond(starts)).toBeLessThanOrEqual(requestsPerSecond);
          const used = ((count - 1) / (starts.at(-1)! - starts[0]!)) * 1000;
          expect(used / requestsPerSecond).toBeGreaterThanOrEqual(0.97);
        },
      ),
      { numRuns: 40 },
    );
  });
});
