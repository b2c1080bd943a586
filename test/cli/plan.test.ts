import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { accountWithFile, defaults } from './account-file.ts';
import { performHere } from './in-process.ts';

const rowOf = (stdout: string, stream: string) => {
  const row = new RegExp(`^${stream} +([\\d,]+) +([\\d,]+) +(\\S+)$`, 'm').exec(stdout);
  const [records, requests] = row?.slice(1, 3).map((cell) => Number(cell.replaceAll(',', ''))) ?? [];
  return { records: records!, requests: requests!, minutes: row?.[3] };
};

test('says how many records, requests and minutes each stream takes, and what it asked', async () => {
  const { simulator, config, path } = await accountWithFile({ leads: 4_000 });
  const { code, stdout, stderr } = await performHere(['plan', '--config', config]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  // The account is asked for itself, and once more for the host of its files.
  const probes = simulator.statistics.requests - 2;
  expect(stdout).toMatch(new RegExp(`Estimated from ${probes} requests`));
  expect(probes).toBeLessThan(120);
  for (const stream of ['leads', 'contacts', 'companies', 'tasks', 'events']) {
    const { records } = rowOf(stdout, stream);
    expect(Math.abs(records / simulator.account.count(stream) - 1), stream).toBeLessThan(0.2);
  }
  expect(rowOf(stdout, 'users')).toEqual({ records: 12, requests: 1, minutes: '<1' });
  expect(rowOf(stdout, 'pipelines').requests).toBe(1);
  // The pipelines' list brings them along.
  const statuses = [...simulator.account.truth('statuses')].length;
  expect(rowOf(stdout, 'statuses')).toEqual({ records: statuses, requests: 0, minutes: '0' });

  // Of the same list as events, and asked for by itself.
  expect(rowOf(stdout, 'deletions').requests).toBeGreaterThan(0);

  const all = rowOf(stdout, 'all');
  const sum = defaults.reduce((total, { name }) => total + rowOf(stdout, name).records, 0);
  expect(Math.abs(all.records / sum - 1)).toBeLessThan(0.1);
  expect(all.minutes).toBe('<1');
  // Numbers end where their column does.
  const [heading, ...rows] = stdout.split('\n').slice(0, defaults.length + 2);
  expect(rows).toHaveLength(defaults.length + 1);
  for (const row of rows) expect(row.length, row).toBe(heading!.length);

  simulator.statistics.reset();
  await performHere(['sync', '--config', config, '--to', path]);
  expect(all.requests / simulator.statistics.requests).toBeGreaterThan(0.8);
  expect(all.requests / simulator.statistics.requests).toBeLessThan(1.2);
});

test('counts in minutes at the rate of the settings, from the start date on', async () => {
  const { simulator, config } = await accountWithFile({ leads: 1_000, events: 0 });
  const { account } = simulator;
  const middle = account.now() - 365 * 86_400;
  const newer = [...account.truth('leads')].filter(({ updated_at }) => updated_at >= middle).length;
  expect(newer).toBeLessThan(900);
  const settings = {
    api_url: simulator.url,
    api_key: simulator.token,
    start_date: new Date(middle * 1000).toISOString().replace('.000', ''),
    requests_per_second: 0.01,
  };
  writeFileSync(config, JSON.stringify(settings));
  const { code, stdout } = await performHere(['plan', '--config', config, '--streams', 'leads,users']);
  expect(code).toBe(0);
  const { records, requests, minutes } = rowOf(stdout, 'leads');
  expect(Math.abs(records / newer - 1)).toBeLessThan(0.2);
  expect(Number(minutes)).toBeCloseTo(requests / 0.6, 0);
  expect(stdout).toMatch(/At 0.01 requests a second/);
  expect(stdout).not.toMatch(/contacts/);
});

test('knows that an account without filters is read whole', async () => {
  const { simulator, config } = await accountWithFile({
    leads: 600,
    readings: { filters: 'ignored' },
  });
  const settings = { api_url: simulator.url, api_key: simulator.token, start_date: '2099-01-01' };
  writeFileSync(config, JSON.stringify({ ...settings, requests_per_second: 10_000 }));
  const { code, stdout } = await performHere(['plan', '--config', config, '--streams', 'leads']);
  expect(code).toBe(0);
  expect(rowOf(stdout, 'leads').records).toBe(600);
});

test('names the streams that the token may not read, and estimates the others', async () => {
  const { simulator, config } = await accountWithFile({ leads: 60 });
  simulator.faults.addNamed('forbidden', { list: 'tasks' });
  for (const [list, expected] of [
    ['default', 0],
    ['default,tasks', 1],
  ] as const) {
    const { code, stdout, stderr } = await performHere(['plan', '--config', config, '--streams', list]);
    expect(code).toBe(expected);
    expect(stderr).toMatch(/tasks/);
    expect(stdout).not.toMatch(/^tasks/m);
    expect(rowOf(stdout, 'leads')).toMatchObject({ records: 60, requests: 1 });
  }
});
