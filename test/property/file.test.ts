import fc from 'fast-check';
import { expect, test } from 'vitest';
import { playFile } from './play-file.ts';
import { history, type Run, type Scenario } from './scenario.ts';

const numRuns = 40;

/**
 * Full refreshes that are cut off between two checkpoints, of which slow accounts have one behind every page, with
 * incremental runs between them, and with settings that change.
 */
const cutOff = fc
  .tuple(
    history.filter(({ stream }) => stream !== 'events'),
    fc.array(
      fc.record({
        mode: fc.constantFrom(...(['full_refresh', 'full_refresh', 'full_refresh', 'incremental'] as const)),
        kill: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 2, max: 40 }) }, fc.constant(undefined)),
        pause: fc.constantFrom(0, 7_200, 7_200, 93_600),
        startDays: fc.constantFrom(undefined, undefined, undefined, 60, 400),
        changed: fc.array(
          fc.record({
            kind: fc.constantFrom('remove' as const, 'remove' as const, 'edit' as const),
            where: fc.nat(11),
            which: fc.nat(999),
          }),
        ),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([drawn, parts]) => {
    const runs = parts.map(
      ({ changed, ...part }, index): Run => ({
        ...{ ...part, trouble: undefined },
        deeds: index === 0 ? [] : changed,
      }),
    );
    const last: Run = { ...runs[0]!, mode: 'full_refresh', pause: 7_200, kill: undefined, deeds: [] };
    return { ...drawn, pace: 20_000, runs: [...runs, last] };
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
