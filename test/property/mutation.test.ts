import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultyEngines } from './faulty.ts';
import { play } from './play.ts';
import { history } from './scenario.ts';

/** Leads on a server that does as documented, busy enough for every safeguard to matter. */
const busyLeads = history.map((drawn) => ({
  ...drawn,
  stream: 'leads',
  records: 200 + (drawn.records % 400),
  pageSize: 25,
  burst: Math.max(30, drawn.burst),
  runs: [120, 300, undefined].map((kill) => ({
    mode: 'incremental' as const,
    kill,
    startDays: undefined,
    trouble: undefined,
    pause: 0,
    deeds: [],
  })),
  turns: [],
  readings: { ties: drawn.readings.ties ?? 'id' },
}));

describe('the proof would notice', () => {
  test.each(Object.keys(faultyEngines))('%s', { timeout: 300_000 }, async (name) => {
    const property = fc.asyncProperty(busyLeads, async (drawn) => {
      return (await play(drawn, faultyEngines[name])).wrong.length === 0;
    });
    const outcome = await fc.check(property, { numRuns: 60, endOnFailure: true });
    expect(outcome.failed).toBe(true);
  });

  test('nothing on the same histories with the real engine', { timeout: 300_000 }, async () => {
    const property = fc.asyncProperty(busyLeads, async (drawn) => {
      const { wrong, failed } = await play(drawn);
      return wrong.length + failed.length === 0;
    });
    expect((await fc.check(property, { numRuns: 60 })).counterexample).toBeNull();
  });
});
