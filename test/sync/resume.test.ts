import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import type { SyncMode } from '../../src/sync/event.ts';
import { streams } from '../../streams/index.ts';
import { Destination, missing, read } from '../property/reading.ts';
import { createVirtualClock } from '../property/virtual-clock.ts';

const count = 20_000;
/** What a walk reads at most between two checkpoints. */
const window = 10_000;
const clock = createVirtualClock();
let simulator: Simulator;

beforeAll(async () => {
  const sizes = { leads: count, tasks: count, events: count };
  simulator = await startSimulator({ clock, requestsPerSecond: null, ...sizes, years: 3 });
});
afterAll(() => simulator.close());

const modes: SyncMode[] = ['incremental', 'full_refresh'];

describe.each(['leads', 'tasks', 'events'])('%s', (name) => {
  const stream = streams.find((each) => each.name === name)!;
  const reading = (destination: Destination, mode: SyncMode, readers: number, killAfter?: number) =>
    read({
      simulator,
      clock,
      streams: [stream],
      mode,
      destination,
      readers,
      ...(killAfter !== undefined && { killAfter }),
    });

  test.each(modes)(
    '%s: killed at 80 percent and resumed, it costs little more and repeats at most a window',
    async (mode) => {
      for (const readers of [1, 6]) {
        const whole = new Destination();
        const uninterrupted = await reading(whole, mode, readers);
        const atFourFifths = Math.floor(whole.lines * 0.8);

        const destination = new Destination();
        const first = await reading(destination, mode, readers, atFourFifths);
        const before = destination.delivered;
        const second = await reading(destination, mode, readers);
        expect(missing(simulator, destination, name)).toEqual([]);
        expect(before + destination.delivered - count).toBeLessThanOrEqual(window);
        expect(first.requests + second.requests).toBeLessThan(1.3 * uninterrupted.requests);
      }
    },
  );

  test.each(modes)('%s: killed again and again, it still comes to an end with everything', async (mode) => {
    const destination = new Destination();
    let runs = 0;
    for (let killAfter = 3; ; killAfter += 1_700) {
      runs += 1;
      const { failures } = await reading(destination, mode, 4, killAfter);
      if (failures !== undefined) break;
    }
    expect(runs).toBeGreaterThan(2);
    expect(missing(simulator, destination, name)).toEqual([]);
  });
});
