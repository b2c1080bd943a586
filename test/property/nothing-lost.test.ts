import fc from 'fast-check';
import { expect, test } from 'vitest';
import { play } from './play.ts';
import { scenario } from './scenario.ts';

const runs = Number(process.env.KOMMO_PROPERTY_RUNS ?? 500);
const seed =
  process.env.KOMMO_PROPERTY_SEED === undefined ? {} : { seed: Number(process.env.KOMMO_PROPERTY_SEED) };

test('whatever people do meanwhile and whatever the server means, nothing is lost', {
  timeout: 3_600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (drawn) => {
      const { missing } = await play(drawn);
      expect(missing).toEqual([]);
    }),
    { numRuns: runs, ...seed },
  );
});
