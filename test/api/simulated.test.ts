import { afterEach, describe, expect, test } from 'vitest';
import { createClient } from '../../src/api/client.ts';
import type { KommoClient } from '../../src/api/kommo-client.ts';
import { createTransport } from '../../src/api/transport.ts';
import { BlockedError, UnexpectedAnswerError } from '../../src/errors.ts';
import { createRedactor } from '../../src/redact.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

let close: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of close.splice(0)) await end();
  close = [];
});

interface Setting {
  simulator: Simulator;
  client: KommoClient;
  settle<T>(work: Promise<T>): Promise<T>;
  clock: VirtualClock;
}

async function setUp(options: SimulatorOptions, requestsPerSecond: number): Promise<Setting> {
  const clock = createVirtualClock();
  let underWay = 0;
  let delayed = 0;
  const counted = async <T>(work: Promise<T>, count: (change: number) => void): Promise<T> => {
    count(1);
    return work.finally(() => count(-1));
  };
  const sleep = (milliseconds: number) =>
    counted(clock.sleep(milliseconds), (change) => {
      delayed += change;
    });
  const simulator = await startSimulator({
    seed: 3,
    leads: 600,
    clock: { now: clock.now, sleep },
    ...options,
  });
  const sockets = createTransport({ stallMilliseconds: 400, headersMilliseconds: 5000 });
  const client = createClient({
    config: {
      origin: simulator.url,
      credentials: { type: 'long_lived_token', accessToken: simulator.token },
      requestsPerSecond,
    },
    version: '0.0.0',
    clock,
    random: () => 0.5,
    log: () => {},
    redactor: createRedactor(),
    transport: {
      close: sockets.close,
      send: (request) =>
        counted(sockets.send(request), (change) => {
          underWay += change;
        }),
    },
  });
  close.push(client.close, simulator.close);
  // A request that the server does not hold back is on the wire or worked on, which takes no virtual time.
  const isOnTheWay = () => underWay > delayed;
  return { simulator, client, clock, settle: (work) => clock.settle(work, isOnTheWay) };
}

const page = (number: number, limit = 10) => ({
  path: '/api/v4/leads',
  envelope: 'leads',
  query: { page: number, limit, 'order[id]': 'asc' },
  purpose: 'leads',
});

/** Reads so many pages with as many requests at once as the client finds useful. */
async function readPages({ client }: Setting, count: number): Promise<void> {
  let next = 1;
  let inFlight = 0;
  await new Promise<void>((resolve, reject) => {
    const fill = () => {
      while (next <= count && inFlight < client.usefulConcurrency()) {
        inFlight++;
        client.list(page(1 + (next++ % 50))).then(() => {
          inFlight--;
          fill();
          if (inFlight === 0) resolve();
        }, reject);
      }
    };
    fill();
  });
}

describe('the limit, as the server counts it', () => {
  test.each([50, 250, 1000])('is kept and used at a latency of %i ms', async (latency) => {
    const setting = await setUp({ latency, jitter: 0.3 }, 7);
    const { simulator, clock, settle } = setting;
    await settle(readPages(setting, 20));
    const begun = clock.now();
    simulator.statistics.reset();
    const { statistics } = simulator;
    await settle(readPages(setting, 140));
    expect(statistics.rateLimited).toBe(0);
    expect(statistics.busiestSecond).toBeLessThanOrEqual(7);
    // The last answers take one latency in which no more work is left.
    expect((140 / (clock.now() - begun - latency)) * 1000).toBeGreaterThan(7 * 0.95);
  });

  test.each([20, 40, 80, 150, 300])(
    'is kept and used where requests arrive unevenly, by up to %i ms',
    async (spread) => {
      const setting = await setUp({ latency: 250, jitter: 0.3, spread, seed: 4 }, 7);
      await setting.settle(readPages(setting, 330));
      const { log } = setting.simulator.statistics;
      const first = log.toSorted((a, b) => a.at - b.at).slice(0, 300);
      const refused = first.filter(({ status }) => status === 429).length;
      expect(refused / 300).toBeLessThanOrEqual(0.015);
      const perSecond = ((299 - refused) / (first.at(-1)!.at - first[0]!.at)) * 1000;
      expect(perSecond).toBeGreaterThanOrEqual((0.92 * 7) / (1 + spread / 1000));
    },
  );

  test('is found when another program takes half of it', async () => {
    const setting = await setUp({ latency: 250, jitter: 0.3, competitor: 3.5 }, 7);
    const { simulator, clock, settle } = setting;
    const begun = clock.now();
    await settle(readPages(setting, 200));
    const { statistics } = simulator;
    expect(statistics.rateLimited / statistics.requests).toBeLessThan(0.05);
    const late = statistics.log.filter(({ at }) => at > begun + 10_000);
    expect(late.filter(({ status }) => status === 429).length / late.length).toBeLessThan(0.03);
    expect((200 / (clock.now() - begun)) * 1000).toBeGreaterThan(2.4);
  });
});

describe('faults', () => {
  test('of a tenth of all answers lose nothing', async () => {
    const setting = await setUp({ requestsPerSecond: null }, 10_000);
    const names = [
      'rate-limited',
      'rate-limited-silent',
      'rate-limited-date',
      'server-error',
      'bad-gateway',
      'unavailable',
      'timeout',
      'reset',
      'reset-body',
      'cut',
      'invalid-json',
      'empty',
      'content-type',
    ];
    for (const name of names) setting.simulator.faults.addNamed(name, { share: (0.1 / names.length) * 1.05 });
    const pages = Array.from({ length: 60 }, (_, index) => setting.client.list(page(index + 1)));
    const rows = (await setting.settle(Promise.all(pages))).flatMap(({ rows }) => rows as { id: number }[]);
    expect(new Set(rows.map(({ id }) => id))).toEqual(
      new Set(Array.from(setting.simulator.account.truth('leads'), ({ id }) => id)),
    );
    expect(setting.client.requests('leads')).toBeGreaterThan(60);
  });

  test.each(['stall', 'rate-limited-absurd', 'timeout'])('of the kind %s are survived', async (name) => {
    const setting = await setUp({ requestsPerSecond: null }, 10_000);
    setting.simulator.faults.addNamed(name, { times: 1 });
    const begun = setting.clock.now();
    expect((await setting.settle(setting.client.list(page(1)))).rows).toHaveLength(10);
    expect(setting.clock.now() - begun).toBeLessThanOrEqual(301_000);
  });

  test.each([
    ['huge', UnexpectedAnswerError],
    ['ban', BlockedError],
  ] as const)('of the kind %s end it at once', async (name, type) => {
    const setting = await setUp({ requestsPerSecond: null }, 10_000);
    setting.simulator.faults.addNamed(name);
    await expect(setting.settle(setting.client.list(page(1)))).rejects.toThrow(type);
    expect(setting.client.requests('leads')).toBe(1);
  });

  test('of the kind redirect send nothing elsewhere', async () => {
    const setting = await setUp({ requestsPerSecond: null }, 10_000);
    setting.simulator.faults.addNamed('redirect');
    await expect(setting.settle(setting.client.list(page(1)))).rejects.toThrow(
      /redirects to other-host\.invalid/,
    );
  });
});
