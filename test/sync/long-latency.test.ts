/** Whole runs over a slow line, in virtual time: how much of the permitted rate they use, their beginning and end included. */
import { expect, test } from 'vitest';
import { createClient } from '../../src/api/client.ts';
import { createTransport } from '../../src/api/transport.ts';
import { silentLog } from '../../src/log.ts';
import { createRedactor } from '../../src/redact.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { run } from '../../src/sync/run.ts';
import { streams } from '../../streams/index.ts';
import { createVirtualClock } from '../api/virtual-clock.ts';

const permitted = 7;

/** Reads all events where an answer takes so many milliseconds, 30 % more or less. */
async function readEvents(events: number, latency: number) {
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
    ...{ leads: 500, contacts: 10, companies: 10, tasks: 0, events, compress: false },
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
  const stream = streams.find(({ name }) => name === 'events')!;
  const columns = Object.keys(stream.schema.properties);
  let rows = 0;
  try {
    const work = run({
      ...{ client, clock, log: silentLog, startDate: undefined, lookbackSeconds: 600 },
      plan: [{ stream, mode: 'full_refresh', columns, state: undefined, required: true }],
      signal: new AbortController().signal,
      async emit(event) {
        if (event.type === 'records') rows += event.records.length;
      },
    });
    const failures = await clock.settle(work, () => underWay > delayed);
    const arrivals = simulator.statistics.log.filter(({ list }) => list === 'events').map(({ at }) => at);
    const seconds = (Math.max(...arrivals) - Math.min(...arrivals)) / 1000;
    const used = (arrivals.length - 1) / seconds / permitted;
    return { rows, failures, used, requests: arrivals.length };
  } finally {
    await client.close();
    await simulator.close();
  }
}

test.each([
  [60_000, 1_000, 250],
  // Some 35 requests are under way at a time; the last rounds, in which few are left, are about 15 seconds.
  [260_000, 5_000, 1_000],
])('%i events at %i ms use nine tenths of the rate', async (events, latency, requests) => {
  const read = await readEvents(events, latency);
  expect(read.failures.size).toBe(0);
  expect(read.rows).toBe(events);
  expect(read.requests).toBeGreaterThan(requests);
  expect(read.used).toBeGreaterThanOrEqual(0.9);
});
