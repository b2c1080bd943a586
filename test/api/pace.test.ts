import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPacer } from '../../src/api/pace.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

function mostInOneSecond(starts: readonly number[]): number {
  let most = 0;
  let from = 0;
  starts.forEach((at, index) => {
    while (starts[from]! <= at - 1000) from++;
    most = Math.max(most, index - from + 1);
  });
  return most;
}

function setUp(requestsPerSecond: number, clock = createVirtualClock(0)) {
  const stopping = new AbortController();
  const pacer = createPacer({ requestsPerSecond, clock, signal: stopping.signal });
  const starts: number[] = [];
  const take = async () => {
    const turn = await pacer.turn();
    starts.push(turn.startedAt);
    return turn;
  };
  return { pacer, clock, starts, take, stopping };
}

const many = <T>(count: number, make: () => Promise<T>) => Promise.all(Array.from({ length: count }, make));

describe('starts', () => {
  test('never more than N in any second, and 95 % of the rate used, however late timers are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 14 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        async (requestsPerSecond, worst, chance) => {
          const clock = createVirtualClock(0, () => Math.floor(chance.next().value * worst));
          const { starts, take } = setUp(requestsPerSecond, clock);
          const count = requestsPerSecond * 20;
          await clock.settle(many(count, take));
          expect(mostInOneSecond(starts)).toBeLessThanOrEqual(requestsPerSecond);
          const used = ((count - 1) / (starts.at(-1)! - starts[0]!)) * 1000;
          expect(used / requestsPerSecond).toBeGreaterThanOrEqual(0.95);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('never more than N in any second, also when timers are seconds late and work comes in bursts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.array(
          fc.record({ pause: fc.nat(3000), late: fc.nat(2500), burst: fc.integer({ min: 1, max: 15 }) }),
          {
            minLength: 1,
            maxLength: 12,
          },
        ),
        async (requestsPerSecond, bursts) => {
          let late = 0;
          const clock = createVirtualClock(0, () => late);
          const { starts, take } = setUp(requestsPerSecond, clock);
          for (const burst of bursts) {
            late = burst.late;
            await clock.settle(clock.sleep(burst.pause));
            await clock.settle(many(burst.burst, take));
          }
          expect(mostInOneSecond(starts)).toBeLessThanOrEqual(requestsPerSecond);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('are evenly spaced, from the first on', async () => {
    const { clock, starts, take } = setUp(7);
    await clock.settle(many(20, take));
    const gaps = starts.slice(1).map((at, index) => at - starts[index]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(147);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(149);
  });

  test('are spaced after idle time too', async () => {
    const { clock, starts, take } = setUp(2);
    await clock.settle(take());
    await clock.settle(clock.sleep(60_000));
    await clock.settle(many(2, take));
    expect(starts[2]! - starts[1]!).toBeGreaterThanOrEqual(500);
  });

  test('of a fractional rate keep it on average', async () => {
    const { clock, starts, take } = setUp(0.4);
    await clock.settle(many(5, take));
    expect((starts.at(-1)! - starts[0]!) / 4).toBeCloseTo(2587.5, 0);
  });

  test('of a rate nobody reaches take no timer', async () => {
    let sleeps = 0;
    const clock = createVirtualClock(0, () => {
      sleeps++;
      return 0;
    });
    const { take } = setUp(10_000, clock);
    await many(5000, take);
    expect(sleeps).toBe(0);
  });

  test('count from when a request really set out', async () => {
    const { clock, starts, pacer } = setUp(2);
    const connect = async () => {
      const turn = await pacer.turn();
      starts.push(turn.startedAt);
      if (starts.length > 1) return;
      await clock.sleep(400);
      turn.sent();
    };
    await clock.settle(many(3, connect));
    expect(starts[2]! - starts[0]!).toBeGreaterThanOrEqual(1400);
  });

  test('go on when the clock is set back', async () => {
    let offset = 0;
    const clock = createVirtualClock(1e9);
    const shifting: VirtualClock = { ...clock, now: () => clock.now() + offset };
    const { starts, take } = setUp(5, shifting);
    await clock.settle(many(3, take));
    offset = -3_600_000;
    const before = clock.now();
    await clock.settle(many(3, take));
    expect(clock.now() - before).toBeLessThan(5000);
    expect(starts).toHaveLength(6);
  });

  test('end with the reason of the signal', async () => {
    const { clock, take, stopping } = setUp(1);
    await clock.settle(take());
    const waiting = many(2, () => take().catch((reason) => reason));
    stopping.abort('stop');
    expect(await waiting).toEqual(['stop', 'stop']);
  });
});

describe('a refusal', () => {
  test('makes everybody wait as long as the server asks, and tells it', async () => {
    const { pacer, clock, starts, take } = setUp(7);
    const told: number[] = [];
    pacer.onWaiting((until) => told.push(until));
    const turn = await clock.settle(take());
    pacer.refused(turn, 30_000);
    await clock.settle(many(3, take));
    expect(told).toEqual([30_000]);
    expect(starts[1]).toBeGreaterThanOrEqual(30_000);
    expect(starts[2]! - starts[1]!).toBeGreaterThanOrEqual(147);
  });

  test('that repeats without an answer in between makes the waits longer', async () => {
    const { pacer, clock, take } = setUp(7);
    const waits: number[] = [];
    pacer.onWaiting((until) => waits.push(until - clock.now()));
    const early = await clock.settle(take());
    for (let i = 0; i < 8; i++) {
      pacer.refused(await clock.settle(take()), undefined);
      // An answer to what was asked before tells nothing.
      pacer.answered(early);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  test('of a request that was under way when the rate was cut does not cut it again', async () => {
    const gapAfter = async (refusals: number) => {
      const { pacer, clock, starts, take } = setUp(7);
      for (let i = 0; i < 10; i++) pacer.answered(await clock.settle(take()));
      const turns = await clock.settle(many(4, take));
      for (const turn of turns.slice(0, refusals)) pacer.refused(turn, undefined);
      await clock.settle(many(2, take));
      return starts.at(-1)! - starts.at(-2)!;
    };
    expect(await gapAfter(1)).toBeGreaterThan(148);
    expect(await gapAfter(4)).toBe(await gapAfter(1));
  });

  test('of a request that was under way is followed by quiet too, which is not told again', async () => {
    const { pacer, clock, starts, take } = setUp(7);
    const told: number[] = [];
    pacer.onWaiting((until) => told.push(until));
    const [first, second] = await clock.settle(many(2, take));
    pacer.refused(first!, undefined);
    await clock.settle(clock.sleep(700));
    const secondAt = clock.now();
    pacer.refused(second!, undefined);
    await clock.settle(take());
    expect(told).toHaveLength(1);
    expect(starts[2]! - secondAt).toBe(1000);
  });

  test('that stays the only one of a good run costs less than two seconds', async () => {
    const { pacer, clock, starts, take } = setUp(7);
    for (let i = 0; i < 7 * 60; i++) {
      const turn = await clock.settle(take());
      if (i === 100) pacer.refused(turn, undefined);
      else pacer.answered(turn);
    }
    const undisturbed = ((starts.length - 1) * 1035) / 7;
    expect(starts.at(-1)! - undisturbed).toBeLessThan(2000);
  });

  test('that stays the only one is forgotten within two minutes', async () => {
    const { pacer, clock, starts, take } = setUp(7);
    pacer.refused(await clock.settle(take()), undefined);
    for (let i = 0; i < 120 * 7; i++) pacer.answered(await clock.settle(take()));
    const last = starts.slice(-8);
    expect(last[7]! - last[0]!).toBeLessThan(1060);
    expect(mostInOneSecond(starts)).toBeLessThanOrEqual(7);
  });
});

describe('useful concurrency', () => {
  test.each([
    [7, 50, 2],
    [7, 250, 4],
    [7, 1000, 13],
    [7, 5000, 57],
    [7, 60_000, 64],
    [10_000, 1, 4],
    [0.5, 100, 2],
  ])('at %d requests a second and %i ms is %i', async (requestsPerSecond, latency, expected) => {
    const { pacer, clock, take } = setUp(requestsPerSecond);
    for (let i = 0; i < 5; i++) {
      const turn = await clock.settle(take());
      await clock.settle(clock.sleep(latency));
      pacer.answered(turn);
    }
    expect(pacer.usefulConcurrency()).toBe(expected);
  });
});
