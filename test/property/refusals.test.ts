import { expect, test } from 'vitest';
import { run } from '../../src/sync/run.ts';
import { play } from './play.ts';
import type { Run, Scenario } from './scenario.ts';

const refused: Run = {
  ...{ mode: 'full_refresh', kill: undefined, startDays: undefined },
  ...{ trouble: 'refused', pause: 0, deeds: [] },
};
const wellBehaved: Run = { ...refused, trouble: undefined };
const killed = (kill: number): Run => ({ ...wellBehaved, kill });

/** Of a stream that is read from four lists, one after the other, the third one is refused in one of the runs. */
const scenario = (runs: Run[]): Scenario => ({
  ...{ stream: 'custom_field_groups', seed: 7, records: 12, burst: 0, pageSize: 50, readers: 1 },
  readings: { refused: { companies_custom_field_groups: 422 } },
  // A checkpoint follows each list.
  pace: 20_000,
  ...{ deeds: [], turns: [], runs: [...runs, wellBehaved] },
});
/** Tells nothing of what was left out. */
const silent: typeof run = (options) =>
  run({
    ...options,
    emit: async (event) => {
      if (event.type !== 'finished') return await options.emit(event);
      const { uncovered: _, ...told } = event;
      await options.emit(told);
    },
  });

test('a part that is refused has to be told', async () => {
  expect((await play(scenario([refused]))).wrong).toEqual([]);
  expect((await play(scenario([refused]), silent)).wrong).toEqual(['refused, and not told: companies']);
});

test('a part that a killed run of the same refresh has read is not asked for, and leaves nothing out', async () => {
  for (let kill = 1; kill < 30; kill += 1) {
    const runs = [killed(kill), refused];
    expect({ kill, wrong: (await play(scenario(runs))).wrong }).toEqual({ kill, wrong: [] });
  }
});

test('but is told where it has to be read anew', async () => {
  const runs = [killed(25), { ...refused, pause: 93_600 }];
  expect((await play(scenario(runs))).wrong).toEqual([]);
  expect((await play(scenario(runs), silent)).wrong).toEqual(['refused, and not told: companies']);
});
