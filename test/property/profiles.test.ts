import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultReadings } from '../../src/simulator/readings.ts';
import { setReported } from '../../src/simulator/reported-readings.ts';
import { play } from './play.ts';
import { history } from './scenario.ts';

const folder = fileURLToPath(new URL('../../profiles/', import.meta.url));

const numRuns = 25;

test.each(globSync('*.json', { cwd: folder }))(
  `an account as somebody has found it loses nothing in ${numRuns} histories: %s`,
  { timeout: 600_000 },
  async (file) => {
    const readings = defaultReadings();
    setReported(readings, `${folder}${file}`);
    const property = fc.asyncProperty(history, async (drawn) => {
      const { wrong, failed } = await play({ ...drawn, readings, turns: [] });
      expect([...wrong, ...failed]).toEqual([]);
    });
    await fc.assert(property, { numRuns, seed: 20 });
  },
);

test('there is a profile', () => {
  expect(globSync('*.json', { cwd: folder })).toContain('defaults.json');
});
