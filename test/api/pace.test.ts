import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPacer, type Pacer } from '../../src/api/pace.ts';
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
  test('never more than N in any second, and 97 % of the rate used, however late timers are', async () => {
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
          expect(used / requestsPerSecond).toBeGreaterThanOrEqual(0.97);
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
    expect((starts.at(-1)! - starts[0]!) / 4).toBeCloseTo(2575, -1);
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
    for (let i = 0; i < 8; i++) pacer.refused(await clock.settle(take()), undefined);
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  test('of a request that was under way when the rate was cut does not cut it again', async () => {
    const { pacer, clock, starts, take } = setUp(7);
    const turns = await clock.settle(many(4, take));
    for (const turn of turns) pacer.refused(turn, undefined);
    for (const turn of await clock.settle(many(2, take))) pacer.answered(turn);
    expect(starts[5]! - starts[4]!).toBeLessThan(200);
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

/** Whether a request that arrives now is answered. */
type Server = (now: number) => boolean;

function sliding(limit: number, milliseconds: number): Server {
  let arrivals: number[] = [];
  return (now) => {
    arrivals = arrivals.filter((at) => at > now - milliseconds);
    if (arrivals.length >= limit) return false;
    arrivals.push(now);
    return true;
  };
}

function bucket(perSecond: number): Server {
  let tokens = perSecond;
  let filledAt: number | undefined;
  return (now) => {
    tokens = Math.min(perSecond, tokens + ((now - (filledAt ?? now)) / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}

function sharedWith(perSecond: number): Server {
  const server = sliding(7, 1000);
  let next: number | undefined;
  return (now) => {
    for (next ??= now; next <= now; next += 1000 / perSecond) server(next);
    return server(now);
  };
}

async function readAgainst(
  server: Server,
  latency: number,
  { pacer, clock }: { pacer: Pacer; clock: VirtualClock },
) {
  const arrivals: { at: number; isRefused: boolean }[] = [];
  const worker = async () => {
    while (arrivals.length < 420) {
      const turn = await pacer.turn();
      await clock.sleep(latency / 2);
      const isRefused = !server(clock.now());
      arrivals.push({ at: clock.now(), isRefused });
      await clock.sleep(latency / 2);
      if (isRefused) pacer.refused(turn, undefined);
      else pacer.answered(turn);
    }
  };
  await clock.settle(many(12, worker));
  return arrivals;
}

describe.each<[string, () => Server, number]>([
  ['permits 7 in two seconds', () => sliding(7, 2000), 3.5],
  ['permits 4 in a second', () => sliding(4, 1000), 4],
  ['fills a bucket of 3.5', () => bucket(3.5), 3.5],
  ['is shared with a program that takes 3.5', () => sharedWith(3.5), 3],
])('a server that %s', (_, server, permitted) => {
  test.each([50, 250, 1000])('at a latency of %i ms refuses less than 5 %% and is used', async (latency) => {
    const arrivals = await readAgainst(server(), latency, setUp(7));
    const settled = arrivals.filter(({ at }) => at > 10_000);
    const share = (part: typeof arrivals) => part.filter(({ isRefused }) => isRefused).length / part.length;
    expect(share(arrivals)).toBeLessThan(0.05);
    expect(share(settled)).toBeLessThan(0.025);
    const answered = arrivals.length * (1 - share(arrivals));
    expect((answered / arrivals.at(-1)!.at) * 1000).toBeGreaterThan(permitted * 0.8);
  });
});

describe('useful concurrency', () => {
  test.each([
    [7, 50, 2],
    [7, 250, 4],
    [7, 1000, 11],
    [7, 60_000, 24],
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
