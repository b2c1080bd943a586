import { beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { streams } from '../../streams/index.ts';
import { performHere } from './in-process.ts';
import { writeFiles } from './program.ts';

let simulator: Simulator;
let config: string;
beforeAll(async () => {
  simulator = await startSimulator({ leads: 20, requestsPerSecond: null });
  ({ config } = writeFiles({
    config: { api_url: simulator.url, api_key: simulator.token, requests_per_second: 10_000 },
  }));
  return () => simulator.close();
});

const rowsOf = (stdout: string) => stdout.split('\n').slice(1, streams.length + 1);

test('without a config the catalogue is printed, and nobody is asked', async () => {
  const { code, stdout, stderr } = await performHere(['streams']);
  expect([code, stderr]).toEqual([0, '']);
  const [heading] = stdout.split('\n');
  expect(heading!.split(/\s{2,}/)).toEqual(['stream', 'mode', 'key', 'by default', 'what it is']);
  const rows = rowsOf(stdout).map((row) => row.split(/\s{2,}/));
  expect(rows.map(([name]) => name)).toEqual(streams.map(({ name }) => name));
  expect(rows[0]).toEqual(['leads', 'incremental', 'id', 'yes', streams[0]!.schema.description]);
});

test('--json says the same for programs', async () => {
  const { code, stdout } = await performHere(['streams', '--json']);
  expect(code).toBe(0);
  const list = JSON.parse(stdout);
  expect(list).toHaveLength(streams.length);
  expect(list[0]).toEqual({
    name: 'leads',
    description: streams[0]!.schema.description,
    mode: 'incremental',
    key: ['id'],
    cursor: 'updated_at',
    selected_by_default: true,
  });
});

test('with a config each list is asked once, for one row', async () => {
  simulator.statistics.reset();
  const { code, stdout } = await performHere(['streams', '--config', config]);
  expect(code).toBe(0);
  for (const row of rowsOf(stdout)) expect(row).toMatch(/ (yes|no) +yes /);
  const asked = streams.flatMap(({ lists }) => lists.map(({ path, query }) => JSON.stringify([path, query])));
  const lists = new Set(asked);
  // And the account, for itself and for the host of its files.
  expect(simulator.statistics.requests).toBeLessThanOrEqual(lists.size + 2);
  expect(simulator.statistics.records).toBeLessThan(200);
});

test('what is refused is named with what it needs', async () => {
  simulator.faults.addNamed('forbidden', { list: 'users' });
  simulator.faults.addNamed('payment', { list: 'pipelines' });
  const plain = await performHere(['streams', '--config', config]);
  const asJson = await performHere(['streams', '--json', '--config', config]);
  simulator.faults.clear();
  expect([plain.code, asJson.code]).toEqual([0, 0]);
  expect(plain.stdout).toMatch(/^users .* no \(403\) /m);
  expect(plain.stdout).toMatch(/^leads .* yes /m);
  expect(plain.stdout).toMatch(/^users: refused with 403: it needs the token of an administrator/m);
  expect(plain.stdout).toMatch(/^pipelines, statuses: refused with 402: it needs a subscription/m);
  const byName = new Map(JSON.parse(asJson.stdout).map((stream: { name: string }) => [stream.name, stream]));
  expect(byName.get('leads')).toMatchObject({ available: true, refused: [] });
  expect(byName.get('users')).toMatchObject({ available: false, refused: [{ status: 403 }] });
});

test('an outage is no answer', async () => {
  simulator.faults.addNamed('unauthorized');
  const { code, stdout, stderr } = await performHere(['streams', '--config', config]);
  simulator.faults.clear();
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^source-kommo: Kommo refused the token \(401\)/);
});
