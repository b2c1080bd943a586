import { expect, test } from 'vitest';
import { createClient } from '../../src/api/client.ts';
import { systemClock } from '../../src/clock.ts';
import { silentLog } from '../../src/log.ts';
import { createRedactor } from '../../src/redact.ts';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { estimate } from '../../src/sync/estimate-stream.ts';
import { events } from '../../streams/activity/events.ts';
import { streams } from '../../streams/index.ts';
import { leads } from '../../streams/sales/leads.ts';
import { statuses } from '../../streams/sales/statuses.ts';

async function estimated(stream: typeof leads, options: SimulatorOptions) {
  const simulator = await startSimulator({ requestsPerSecond: null, ...options });
  const credentials = { type: 'long_lived_token' as const, accessToken: simulator.token };
  const client = createClient({
    config: { origin: simulator.url, credentials, requestsPerSecond: 100_000 },
    version: '0',
    clock: systemClock,
    random: () => 0,
    log: silentLog,
    redactor: createRedactor(),
  });
  try {
    const found = await estimate(stream, client, undefined, systemClock);
    return {
      ...found,
      there: [...simulator.account.truth(stream.name)].length,
      asked: simulator.statistics.requests,
    };
  } finally {
    await client.close();
    await simulator.close();
  }
}

const noEvents = { contacts: 1, companies: 1, tasks: 0, events: 0 };

test.each([0, 1, 249, 251, 1_700, 7_000, 30_000])('a list of %i', async (count) => {
  const found = await estimated(leads, { ...noEvents, leads: count });
  expect(found.probes).toBe(found.asked);
  expect(found.probes).toBeLessThanOrEqual(10);
  if (found.isExact) expect(found.records).toBe(count);
  else expect(Math.abs(found.records / count - 1)).toBeLessThan(0.15);
  expect(found.requests).toBeGreaterThanOrEqual(Math.max(1, Math.floor((count / 250) * 0.9)));
});

test.each([
  ['links to a next page that is not there', { next: 'always' }],
  ['no links at all', { next: 'never' }],
] as const)('%s', async (_case, readings) => {
  const { records } = await estimated(leads, { ...noEvents, leads: 3_000, readings });
  expect(Math.abs(records / 3_000 - 1)).toBeLessThan(0.2);
});

test('pages smaller than asked for are more requests', async () => {
  const found = await estimated(events, {
    ...noEvents,
    leads: 10,
    events: 4_000,
    readings: { pageCap: 100 },
  });
  expect(Math.abs(found.records / found.there - 1)).toBeLessThan(0.2);
  expect(found.requests).toBeGreaterThan(35);
});

test('rows that hold several records each', async () => {
  const found = await estimated(statuses, { ...noEvents, leads: 1, pipelines: 5 });
  expect(found).toMatchObject({ records: found.there, requests: 1, isExact: true });
});

test.each(streams.map((stream) => [stream.name, stream] as const))(
  'the few rows of %s are counted, or guessed from a few of its lists',
  async (_name, stream) => {
    const found = await estimated(stream, { leads: 60, catalogs: 2 });
    // Where the files are, the account has to say first.
    const isOnDrive = stream.lists.some(({ host, parent }) => [host, parent?.list.host].includes('drive'));
    expect(found.probes).toBe(found.asked - (isOnDrive ? 1 : 0));
    expect(found.requests).toBeGreaterThan(0);
    const hasAll = stream.lists.every(
      ({ parent }) => parent?.when({ has_multiple_versions: false }) !== false,
    );
    if (found.isExact && hasAll) expect(found.records).toBe(found.there);
    else expect(found.records).toBeGreaterThan(0);
  },
);
