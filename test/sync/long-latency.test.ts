/** Whole runs over a slow line, in virtual time: how much of the permitted rate they use, their beginning and end included. */
import { expect, test } from 'vitest';
import { createClient } from '../../src/api/client.ts';
import { createTransport } from '../../src/api/transport.ts';
import { silentLog } from '../../src/log.ts';
import { createRedactor } from '../../src/redact.ts';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import type { Stream } from '../../src/stream/declaration.ts';
import { run } from '../../src/sync/run.ts';
import { createVirtualClock } from '../api/virtual-clock.ts';
import { streams } from '../core-streams.ts';

const permitted = 7;

/** Reads the streams in full where an answer takes so many milliseconds, 30 % more or less. */
async function read(wanted: readonly Stream[], latency: number, account: SimulatorOptions) {
  const clock = createVirtualClock();
  let underWay = 0;
  let delayed = 0;
  const sleep = async (milliseconds: number) => {
    delayed += 1;
    await clock.sleep(milliseconds).finally(() => {
      delayed -= 1;
    });
  };
  const simulator = await startSimulator({
    ...{ ...account, compress: false },
    ...{ clock: { now: clock.now, sleep }, latency, jitter: 0.3 },
  });
  const sockets = createTransport();
  const client = createClient({
    config: {
      origin: simulator.url,
      credentials: { type: 'long_lived_token', accessToken: simulator.token },
      requestsPerSecond: permitted,
    },
    ...{ version: '0.0.0', clock, random: () => 0.5, log: silentLog, redactor: createRedactor() },
    transport: {
      close: sockets.close,
      send(request) {
        underWay += 1;
        return sockets.send(request).finally(() => {
          underWay -= 1;
        });
      },
    },
  });
  let rows = 0;
  try {
    const work = run({
      ...{ client, clock, log: silentLog, startDate: undefined, lookbackSeconds: 600 },
      plan: wanted.map((stream) => ({
        ...{ stream, mode: 'full_refresh', state: undefined, required: true },
        columns: Object.keys(stream.schema.properties),
      })),
      signal: new AbortController().signal,
      async emit(event) {
        if (event.type === 'records') rows += event.records.length;
      },
    });
    const failures = await clock.settle(work, () => underWay > delayed);
    const { log, rateLimited, busiestSecond } = simulator.statistics;
    const arrivals = log.filter(({ list }) => list !== 'account').map(({ at }) => at);
    const seconds = (Math.max(...arrivals) - Math.min(...arrivals)) / 1000;
    const used = (arrivals.length - 1) / seconds / permitted;
    return { rows, failures, used, requests: arrivals.length, rateLimited, busiestSecond };
  } finally {
    await client.close();
    await simulator.close();
  }
}

test.each([
  [60_000, 1_000, 250],
  // Some 35 requests are under way at a time; in the last rounds few are left.
  [260_000, 5_000, 1_000],
])('%i events at %i ms use 92 % of the rate', async (events, latency, requests) => {
  const account = { leads: 500, contacts: 10, companies: 10, tasks: 0, events };
  const outcome = await read(
    streams.filter(({ name }) => name === 'events'),
    latency,
    account,
  );
  expect(outcome.failures.size).toBe(0);
  expect(outcome.rows).toBe(events);
  expect(outcome.requests).toBeGreaterThan(requests);
  expect(outcome.used).toBeGreaterThanOrEqual(0.92);
});

test.each([100, 250, 500, 1_000])(
  'all eight streams at %i ms use nearly all of the rate',
  async (latency) => {
    const outcome = await read(streams, latency, { leads: 12_000 });
    expect(outcome.failures.size).toBe(0);
    // Requests that keep the second, with room for uneven ways, are 96.6 % of it.
    expect(outcome.used).toBeGreaterThanOrEqual(0.95);
    expect(outcome).toMatchObject({ rateLimited: 0, busiestSecond: permitted });
  },
);
