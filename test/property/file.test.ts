import fc from 'fast-check';
import { expect, test } from 'vitest';
import { playFile } from './play-file.ts';
import { history, type Run, type Scenario, streamOf } from './scenario.ts';

const numRuns = 40;

/** Full refreshes that are cut off between two checkpoints, of which slow accounts have one behind every page. */
const cutOff = fc
  .tuple(
    history.filter((drawn) => streamOf(drawn).cursor !== undefined && drawn.stream !== 'events'),
    fc.array(fc.record({ kill: fc.integer({ min: 6, max: 40 }), removed: fc.array(fc.nat(999)) }), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([drawn, parts]) => {
    const common = { mode: 'full_refresh' as const, startDays: undefined, trouble: undefined, pause: 7_200 };
    const runs = parts.map(
      ({ kill, removed }, index): Run => ({
        ...common,
        kill,
        deeds: index === 0 ? [] : removed.map((which) => ({ kind: 'remove', where: 0, which })),
      }),
    );
    return { ...drawn, pace: 20_000, runs: [...runs, { ...common, kill: undefined, deeds: [] }] };
  });

const untroubled = history.map((drawn) => ({
  ...drawn,
  runs: drawn.runs.map((run) => ({ ...run, trouble: undefined })),
}));

const cases: [string, fc.Arbitrary<Scenario>][] = [
  ['whatever runs there were', untroubled],
  ['a refresh that was cut off and went on', cutOff],
];

test.each(cases)(
  '%s: a SQLite file has all that the account has, and nothing that was gone before',
  {
    timeout: 600_000,
  },
  async (_case, drawn) => {
    const property = fc.asyncProperty(drawn, async (scenario) => {
      expect(await playFile(scenario)).toEqual([]);
    });
    await fc.assert(property, { numRuns, seed: 20 });
  },
);
