import fc from 'fast-check';
import { expect, test } from 'vitest';
import { play } from './play.ts';
import { history } from './scenario.ts';

const { KOMMO_PROPERTY_RUNS, KOMMO_PROPERTY_SEED, KOMMO_PROPERTY_PATH } = process.env;
const numRuns = Number(KOMMO_PROPERTY_RUNS ?? 500);
/** The same histories at each run, so that a change is held against what held before; `test:soak` draws new ones. */
const replay = {
  seed: Number(KOMMO_PROPERTY_SEED ?? 20),
  ...(KOMMO_PROPERTY_PATH !== undefined && { path: KOMMO_PROPERTY_PATH }),
};

test(`whatever people do and whatever the server means, nothing is lost in ${numRuns} histories`, {
  timeout: 3_600_000,
}, async () => {
  const property = fc.asyncProperty(history, async (drawn) => {
    const { wrong, failed } = await play(drawn);
    expect([...wrong, ...failed]).toEqual([]);
  });
  await fc.assert(property, { numRuns, ...replay });
});
