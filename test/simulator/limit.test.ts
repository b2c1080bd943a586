import { expect, test } from 'vitest';
import { type LimitPolicy, limitPolicies, RateLimit } from '../../src/simulator/rate-limit.ts';
import { ask, testClock, withAccount } from './ask.ts';

test('the eighth request within a second is refused, and counted', async () => {
  const clock = testClock();
  await withAccount({ leads: 5, requestsPerSecond: 7, clock }, async (simulator) => {
    const statuses = [];
    for (let request = 0; request < 9; request++) statuses.push((await ask(simulator, 'leads')).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 200, 429, 429]);
    clock.advance(999);
    expect((await ask(simulator, 'leads')).status).toBe(429);
    clock.advance(1);
    expect((await ask(simulator, 'leads')).status).toBe(200);
    expect(simulator.statistics.summary()).toMatchObject({
      requests: 11,
      rateLimited: 3,
      busiestSecond: 10,
      byList: { leads: 11 },
      byStatus: { 200: 8, 429: 3 },
      records: 40,
    });
    simulator.statistics.reset();
    expect(simulator.statistics.requests).toBe(0);
  });
});

test('evenly spaced requests at the limit all pass, also when another program takes half of it', () => {
  const refused = (perSecond: number, competitor: number) => {
    const limit = new RateLimit(7, competitor);
    let count = 0;
    for (let request = 0; request < 700; request++) if (!limit.permits((request * 1000) / perSecond)) count++;
    return count / 700;
  };
  expect(refused(7, 0)).toBe(0);
  expect(refused(3, 3.5)).toBe(0);
  expect(refused(7, 3.5)).toBeGreaterThan(0.4);
  expect(refused(8, 0)).toBeGreaterThan(0.1);
});

test('seconds of the clock permit seven on each side of a border, a bucket three at once', () => {
  const permitted = (policy: LimitPolicy, moments: number[]) => {
    const limit = new RateLimit(7, 0, policy);
    return moments.filter((at) => limit.permits(at)).length;
  };
  const burst = (at: number, count: number) => Array.from({ length: count }, (_, index) => at + index);
  const border = [...burst(1_990, 8), ...burst(2_000, 8)];
  expect(permitted('sliding', border)).toBe(7);
  expect(permitted('calendar', border)).toBe(14);
  expect(permitted('bucket', burst(5_000, 8))).toBe(3);
  const even = Array.from({ length: 700 }, (_, request) => 10_000 + request * 143);
  for (const policy of limitPolicies) expect(permitted(policy, even), policy).toBe(700);
  const twice = Array.from({ length: 700 }, (_, request) => 10_000 + request * 71.5);
  for (const policy of limitPolicies) expect(permitted(policy, twice) / 50, policy).toBeCloseTo(7, 0);
});

test('a spread lets requests arrive later and out of order, and counts them when they arrive', async () => {
  const clock = testClock();
  const pauses: number[] = [];
  const sleeping = {
    ...clock,
    sleep: async (milliseconds: number) => {
      pauses.push(milliseconds);
      clock.advance(milliseconds);
    },
  };
  await withAccount({ leads: 5, clock: sleeping, spread: 300 }, async (simulator) => {
    const begun = clock.now();
    for (let request = 0; request < 20; request++) await ask(simulator, 'leads');
    expect(pauses).toHaveLength(20);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(300);
    expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(150);
    const [first] = simulator.statistics.log;
    expect(first!.at).toBeCloseTo(begun + pauses[0]!);
  });
});

test('the log says what was asked and what came of it', async () => {
  await withAccount({ leads: 5 }, async (simulator) => {
    await ask(simulator, 'leads?limit=2');
    await ask(simulator, 'leads?page=9');
    expect(simulator.statistics.log).toMatchObject([
      { method: 'GET', url: '/api/v4/leads?limit=2', list: 'leads', status: 200, records: 2 },
      { url: '/api/v4/leads?page=9', status: 204, records: 0 },
    ]);
    expect(simulator.statistics.empty).toBe(1);
  });
});

test('the clock of the server may be ahead, and its stamps with it; the header may be missing', async () => {
  const clock = testClock();
  await withAccount({ leads: 5, clock, readings: { clockSkew: 90 } }, async (simulator) => {
    const { headers } = await ask(simulator, 'leads');
    expect(Date.parse(headers.get('date')!)).toBe(clock.now() + 90_000);
    const id = simulator.account.create('leads');
    expect(simulator.account.record('leads', id)?.updated_at).toBe(clock.now() / 1000 + 90);
    simulator.readings.dateHeader = false;
    expect((await ask(simulator, 'leads')).headers.get('date')).toBeNull();
  });
});

test('latency goes by the clock it is given', async () => {
  const clock = testClock();
  const waits: number[] = [];
  const sleep = async (milliseconds: number) => {
    waits.push(milliseconds);
  };
  await withAccount(
    { leads: 5, latency: 100, jitter: 0.3, clock: { ...clock, sleep } },
    async (simulator) => {
      for (let request = 0; request < 20; request++) await ask(simulator, 'account');
    },
  );
  expect(waits).toHaveLength(20);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(70);
  expect(Math.max(...waits)).toBeLessThanOrEqual(130);
  expect(new Set(waits).size).toBeGreaterThan(10);
});

test('one server among three may tell another time than the records carry', async () => {
  const clock = testClock();
  await withAccount({ leads: 5, clock, readings: { strayDate: -3600 } }, async (simulator) => {
    const told = [];
    for (let n = 0; n < 90; n += 1)
      told.push(Date.parse((await ask(simulator, 'account')).headers.get('date')!));
    const stray = told.filter((time) => time === clock.now() - 3_600_000);
    expect(stray.length + told.filter((time) => time === clock.now()).length).toBe(90);
    expect(stray.length).toBeGreaterThan(15);
    expect(stray.length).toBeLessThan(45);
  });
});
