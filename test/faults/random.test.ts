/** A tenth of all answers goes wrong, in every way that can pass: the run completes, and nothing is lost. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { namedFaults } from '../../src/simulator/faults.ts';
import type { Fault } from '../../src/simulator/simulator.ts';
import { versionsInAccount, versionsInFile } from '../cli/account-file.ts';
import { ended } from '../cli/program.ts';
import { newFolder } from '../new-folder.ts';
import { account, expectComplete, readAll, settingsFor, startFlying } from './whole-run.ts';

const passing: Fault[] = [
  'rate-limited',
  'rate-limited-silent',
  'rate-limited-date',
  'server-error',
  'bad-gateway',
  'unavailable',
  'timeout',
  'reset',
  'reset-body',
  'stall',
  'cut',
  'invalid-json',
  'empty',
  'content-type',
].map((name) => namedFaults[name]!);

/** An account of which a tenth of all answers goes wrong; each answer's fate follows from the seed. */
function shakyAccount(seed: number) {
  let met = 0;
  let chance = Math.imul(seed, 2_654_435_761);
  const random = () => {
    chance = (Math.imul(chance, 1_664_525) + 1_013_904_223) >>> 0;
    return chance / 2 ** 32;
  };
  const fault = () => {
    if (random() >= 0.1) return undefined;
    met += 1;
    return passing[Math.floor(random() * passing.length)];
  };
  return { options: { seed, fault }, met: () => met };
}

test.concurrent.each([1, 2, 3])('a read of a shaky account, seed %i', async (seed) => {
  const { options, met } = shakyAccount(seed);
  await using simulator = await account(options);
  expectComplete(simulator, await readAll(settingsFor(simulator), { speed: 40 }));
  expect(met()).toBeGreaterThan(5);
});

test.concurrent('a sync of a shaky account', async () => {
  const { options, met } = shakyAccount(4);
  await using simulator = await account(options);
  const path = join(newFolder(), 'kommo.db');
  const config = settingsFor(simulator);
  const { code, stderr } = await ended(startFlying('source-kommo', ['sync', '--to', path], { config }, 40));
  expect(stderr).not.toMatch(/not complete/);
  expect(code).toBe(0);
  expect(versionsInFile(path)).toEqual(versionsInAccount(simulator));
  expect(met()).toBeGreaterThan(5);
});
