/** Plays batches of histories for `soak.ts`. */
import fc from 'fast-check';
import { play } from '../test/property/play.ts';
import { history } from '../test/property/scenario.ts';

export interface Batch {
  seed: number;
  histories: number;
}

export interface Outcome {
  histories: number;
  runs: number;
  requests: number;
  /** Why streams failed that nobody could have read. */
  loud: string[];
  /** What was lost, and how to play it again. */
  failure: string | undefined;
}

process.on('message', async ({ seed, histories }: Batch) => {
  const outcome: Outcome = { histories: 0, runs: 0, requests: 0, loud: [], failure: undefined };
  const property = fc.asyncProperty(history, async (drawn) => {
    const { wrong, failed, loud, runs, requests } = await play(drawn);
    outcome.histories += 1;
    outcome.runs += runs;
    outcome.requests += requests;
    outcome.loud.push(...loud);
    const faults = [...wrong, ...failed];
    if (faults.length > 0) throw new Error(faults.slice(0, 5).join('; '));
  });
  const details = await fc.check(property, { seed, numRuns: histories, endOnFailure: true });
  if (details.failed) {
    const again = `KOMMO_PROPERTY_SEED=${details.seed} KOMMO_PROPERTY_PATH=${details.counterexamplePath}`;
    outcome.failure = `${details.errorInstance}\n${JSON.stringify(details.counterexample)}\nagain: ${again} npx vitest run test/property/nothing-lost.test.ts`;
  }
  process.send?.(outcome);
});
