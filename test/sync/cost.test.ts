import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { streams } from '../../streams/index.ts';
import { Destination, read } from '../property/reading.ts';
import { createVirtualClock } from '../property/virtual-clock.ts';

const count = 20_000;
const clock = createVirtualClock();
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({
    clock,
    requestsPerSecond: null,
    leads: count,
    contacts: count,
    companies: count,
    tasks: count,
    events: count,
    years: 4,
  });
});
afterAll(() => simulator.close());

// More than four readers are at work only where answers are slow, and then the permitted rate is not used up.
describe.each([1, 4])('with %i readers', (readers) => {
  test.each([
    ['leads', 1.15],
    ['contacts', 1.15],
    ['companies', 1.15],
    ['events', 1.15],
    ['tasks', 1.25],
  ])('20,000 %s cost hardly more requests than they fill pages', async (name, factor) => {
    const stream = streams.find((each) => each.name === name)!;
    for (const mode of ['incremental', 'full_refresh'] as const) {
      const destination = new Destination();
      const { requests, failures } = await read({
        simulator,
        clock,
        streams: [stream],
        mode,
        destination,
        readers,
      });
      expect(failures?.size).toBe(0);
      const missing = [...simulator.account.truth(name)].filter(
        ({ id, version }) => !destination.has(name, id, version),
      );
      expect(missing).toEqual([]);
      if (process.env.KOMMO_SHOW_COST)
        process.stderr.write(
          `${name} ${mode} ${readers} readers: ${requests} requests, delivered ${destination.delivered}\n`,
        );
      expect(requests).toBeLessThanOrEqual(factor * Math.ceil(count / stream.pageSize) + 12);
    }
  });
});
