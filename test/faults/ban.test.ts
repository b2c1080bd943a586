/** 403 as HTML: the address is blocked, and each further request makes it worse (kommo-api.md §3). */
import { expect, test } from 'vitest';
import { ended, startProgram, writeFiles } from '../cli/program.ts';
import { account, settingsFor, streamNames } from './whole-run.ts';

const lists = new Set(streamNames.map((name) => (name === 'statuses' ? 'pipelines' : name)));

test.concurrent.each<[string, string[]]>([
  ['source-kommo', ['read']],
  ['source-kommo', ['sync', '--to', 'FILE']],
  ['source-kommo', ['check']],
  ['tap-kommo', []],
])('a ban stops every request of %s %j', async (name, args) => {
  await using simulator = await account({ leads: 300 });
  simulator.faults.addNamed('ban', { after: 2 });
  const { config, FILE } = writeFiles({
    // At Kommo's own rate one request is answered before the next one sets out.
    config: settingsFor(simulator, { requests_per_second: 7 }),
    FILE: '',
  });
  const given = args.map((arg) => (arg === 'FILE' ? FILE : arg));
  const { code, stdout, stderr } = await ended(startProgram(name, [...given, '--config', config]));
  expect(code).toBe(args[0] === 'check' ? 0 : 1);
  const said = (stdout + stderr).split('\n').filter((line) => line.includes('has blocked'));
  expect(said.length).toBeGreaterThan(0);
  for (const line of said) expect(line).toMatch(/Ask Kommo support to lift the block/);
  const { byStatus, requests } = simulator.statistics;
  expect(requests).toBe(2 + byStatus[403]!);
  // Those that were under way when the first refusal came; a program that goes on would ask for every list.
  expect(byStatus[403]).toBeLessThanOrEqual(3);
  expect(lists.size).toBeGreaterThan(6);
});
