/** A line that delays requests at random: what arrives at the account is not what set out. */
import { describe, expect, test } from 'vitest';
import { createPacer } from '../../src/api/pace.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** Whether a request that arrives now is answered. */
type Limit = (now: number) => boolean;

const requests = 300;

function sliding(): Limit {
  let answered: number[] = [];
  return (now) => {
    answered = answered.filter((at) => at > now - 1000);
    return answered.length < 7 && answered.push(now) > 0;
  };
}

function calendarSeconds(): Limit {
  let second = -1;
  let count = 0;
  return (now) => {
    if (Math.floor(now / 1000) !== second) [second, count] = [Math.floor(now / 1000), 0];
    return count++ < 7;
  };
}

function leakyBucket(burst: number): Limit {
  let room = burst;
  let before = 0;
  return (now) => {
    room = Math.min(burst, room + ((now - before) / 1000) * 7);
    before = now;
    if (room < 1) return false;
    room -= 1;
    return true;
  };
}

function halfTaken(): Limit {
  const limit = sliding();
  let next = -2000;
  return (now) => {
    for (; next <= now; next += 1000 / 3.5) limit(next);
    return limit(now);
  };
}

/** Numbers from 0 to 1 that are the same at each run. */
function sequence(seed: number): () => number {
  let state = seed * 7919 + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Asks 300 times over a line that delays each request by 0 to `spread` milliseconds. */
async function ask(limit: Limit, spread: number, latency: number, seed: number) {
  const clock = createVirtualClock(0);
  const random = sequence(seed);
  for (let skip = 0; skip < 10; skip++) random();
  const pacer = createPacer({ requestsPerSecond: 7, clock, signal: new AbortController().signal });
  const arrivals: { at: number; isRefused: boolean }[] = [];
  let asked = 0;
  const reader = async () => {
    while (asked < requests) {
      asked++;
      const turn = await pacer.turn();
      await clock.sleep(latency / 2 + spread * random());
      const isRefused = !limit(clock.now());
      arrivals.push({ at: clock.now(), isRefused });
      await clock.sleep((latency / 2) * (0.7 + 0.6 * random()));
      if (isRefused) pacer.refused(turn, undefined);
      else pacer.answered(turn);
    }
  };
  const readers = Math.ceil(7 * ((latency + spread) / 1000) * 1.6) + 2;
  await clock.settle(Promise.all(Array.from({ length: readers }, reader)));
  const refused = arrivals.filter(({ isRefused }) => isRefused).length;
  return {
    rate: ((requests - refused - 1) / (arrivals.at(-1)!.at - arrivals[0]!.at)) * 1000,
    refused,
  };
}

/** Over several lines of the same kind. */
async function average(make: () => Limit, spread: number, latency: number) {
  const seeds = [1, 2, 3, 4, 5, 6];
  const runs = await Promise.all(seeds.map((seed) => ask(make(), spread, latency, seed)));
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    rate: sum(runs.map(({ rate }) => rate)) / seeds.length,
    refused: sum(runs.map(({ refused }) => refused)) / (seeds.length * requests),
  };
}

const bestSteady = (spread: number) => 7 / (1 + spread / 1000);

test.each([50, 250, 1000])('without spread nothing is refused, at a latency of %i ms', async (latency) => {
  const { rate, refused } = await ask(sliding(), 0, latency, 1);
  expect(refused).toBe(0);
  expect(rate).toBeGreaterThanOrEqual(0.95 * 7);
});

describe.each<[string, () => Limit]>([
  ['a strict second', sliding],
  ['calendar seconds', calendarSeconds],
  ['a leaky bucket with room for three', () => leakyBucket(3)],
])('of an account that counts %s', (_, make) => {
  test.each([20, 40, 80, 150, 300])(
    'at %i ms of spread, 92 percent of the best steady rate are used, and hardly a request is refused',
    async (spread) => {
      for (const latency of [250, 1000]) {
        const { rate, refused } = await average(make, spread, latency);
        expect(rate, `${latency} ms`).toBeGreaterThanOrEqual(0.92 * bestSteady(spread));
        // When the first one is refused, seven more are under way at a latency of a second.
        expect(refused, `${latency} ms`).toBeLessThanOrEqual(latency < 1000 ? 0.015 : 0.02);
      }
    },
  );
});

test.each([0, 20, 40, 80, 150, 300])(
  'where another program takes half, what is left is used at %i ms of spread',
  async (spread) => {
    const { rate, refused } = await average(halfTaken, spread, 250);
    // Evenly spaced requests of two programs fit into every second up to 3 of ours.
    expect(rate / 3).toBeGreaterThanOrEqual(spread < 300 ? 0.8 : 0.7);
    expect(refused).toBeLessThanOrEqual(0.03);
  },
);

test('a line that has become even again gets its rate back', async () => {
  const clock = createVirtualClock(0);
  const pacer = createPacer({ requestsPerSecond: 7, clock, signal: new AbortController().signal });
  const starts: number[] = [];
  const take = async () => {
    const turn = await pacer.turn();
    starts.push(turn.startedAt);
    return turn;
  };
  for (let index = 0; index < 60; index++) {
    const turn = await clock.settle(take());
    if (index === 10 || index === 40) pacer.refused(turn, undefined);
    else pacer.answered(turn);
  }
  const spacing = () => starts.at(-1)! - starts.at(-2)!;
  const wide = spacing();
  expect(wide).toBeGreaterThan(160);
  for (let index = 0; index < 4000; index++) pacer.answered(await clock.settle(take()));
  expect(spacing()).toBeLessThan(152);
});
