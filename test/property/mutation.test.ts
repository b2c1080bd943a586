import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Fault, faults } from './faulty.ts';
import { play } from './play.ts';
import { history } from './scenario.ts';

const numRuns = 60;
const histories = ({ among }: Fault) => history.map((drawn) => ({ ...drawn, ...among(drawn) }));

describe('the proof would notice', () => {
  test.each(Object.entries(faults))('%s', { timeout: 300_000 }, async (_name, fault) => {
    const property = fc.asyncProperty(histories(fault), async (drawn) => {
      return (await play(drawn, fault.engine)).wrong.length === 0;
    });
    const outcome = await fc.check(property, { numRuns, endOnFailure: true });
    expect(outcome.failed).toBe(true);
  });

  test('nothing on the same histories with the real engine', { timeout: 300_000 }, async () => {
    const property = fc.asyncProperty(fc.oneof(...Object.values(faults).map(histories)), async (drawn) => {
      const { wrong, failed } = await play(drawn);
      expect([...wrong, ...failed]).toEqual([]);
    });
    await fc.assert(property, { numRuns, seed: 20 });
  });
});
