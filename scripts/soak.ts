/**
 * The property of test/property over many more histories than `npm test` has time for.
 * `npm run test:soak -- 50000` plays so many; 20,000 where no number is given.
 */
import fc from 'fast-check';
import { play } from '../test/property/play.ts';
import { scenario } from '../test/property/scenario.ts';

const total = Number(process.argv[2] ?? 20_000);
const batch = 500;
const began = performance.now();
let requests = 0;

const property = fc.asyncProperty(scenario, async (drawn) => {
  const played = await play(drawn);
  requests += played.requests;
  if (played.missing.length > 0) throw new Error(`missing: ${played.missing.slice(0, 5).join(', ')}`);
});

for (let done = 0; done < total; ) {
  const numRuns = Math.min(batch, total - done);
  await fc.assert(property, { numRuns, endOnFailure: true });
  done += numRuns;
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stdout.write(`${done} of ${total} histories, nothing lost, ${requests} requests, ${seconds} s\n`);
}
