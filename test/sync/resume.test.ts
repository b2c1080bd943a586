import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import type { SyncMode } from '../../src/sync/event.ts';
import { streams } from '../../streams/index.ts';
import { Destination, missing, read } from '../property/reading.ts';
import { createVirtualClock } from '../property/virtual-clock.ts';

const count = 15_000;
/** What a walk reads at most between two checkpoints. */
const window = 10_000;
const clock = createVirtualClock();
let simulator: Simulator;

beforeAll(async () => {
  const sizes = { leads: count, tasks: count, events: count };
  simulator = await startSimulator({ clock, requestsPerSecond: null, compress: false, ...sizes, years: 3 });
});
afterAll(() => simulator.close());

const modes: SyncMode[] = ['incremental', 'full_refresh'];

describe.each(['leads', 'tasks', 'events'])('%s', (name) => {
  const stream = streams.find((each) => each.name === name)!;
  const reading = (
    destination: Destination,
    mode: SyncMode,
    readers: number,
    killAfter?: number,
    looksAgain?: boolean,
  ) =>
    read({
      ...{ simulator, clock, streams: [stream], mode, destination, readers },
      ...(killAfter !== undefined && { killAfter }),
      ...(looksAgain !== undefined && { looksAgain }),
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

  test.each([
    ['goes on', 20 * 3_600],
    ['begins anew after a day', 28 * 3_600],
  ])('a full refresh that was cut off %s', async (what, seconds) => {
    const destination = new Destination();
    await reading(destination, 'full_refresh', 4, 12_000);
    const before = destination.delivered;
    simulator.readings.clockSkew += seconds / 2;
    await reading(destination, 'full_refresh', 4, 2_000);
    simulator.readings.clockSkew += seconds / 2;
    await reading(destination, 'full_refresh', 4);
    expect(missing(simulator, destination, name)).toEqual([]);
    if (what === 'goes on') expect(destination.delivered).toBeLessThan(count - before / 2);
    else expect(destination.delivered).toBeGreaterThanOrEqual(count);
  });
});

test.each(['tags', 'catalog_elements'])(
  '%s: a full refresh that goes on brings what has come since to places that were read before',
  async (name) => {
    const rows = { leads_tags: 4_000, contacts_tags: 4_000, catalog_elements: 8_000 };
    const own = await startSimulator({ clock, requestsPerSecond: null, leads: 20, rows });
    const stream = streams.find((each) => each.name === name)!;
    const mode = 'full_refresh' as const;
    const options = { simulator: own, clock, streams: [stream], readers: 1, mode, looksAgain: true };
    const whole = new Destination();
    await read({ ...options, destination: whole });
    const destination = new Destination();
    await read({ ...options, destination, killAfter: whole.lines - 2 });
    expect(destination.states.get(name)).toMatchObject({ finished: 0 });
    for (const list of name === 'tags' ? ['leads_tags', 'contacts_tags'] : [name]) own.account.create(list);
    await read({ ...options, destination });
    expect(missing(own, destination, name)).toEqual([]);
    await own.close();
  },
);

test.each(['leads', 'tasks', 'talks', 'catalog_elements', 'tags', 'notes'])(
  '%s: a full refresh that goes on looks once more at what was read before, and at nothing else',
  async (name) => {
    const rows = 9_000;
    const own = await startSimulator({
      ...{ clock, requestsPerSecond: null, leads: rows, tasks: rows, events: 5 },
      rows: { talks: rows, catalog_elements: rows, leads_notes: rows, contacts_notes: 900, leads_tags: 900 },
    });
    const stream = streams.find((each) => each.name === name)!;
    const options = {
      ...{ simulator: own, clock, streams: [stream], readers: 1 },
      ...{ mode: 'full_refresh' as const, looksAgain: true },
    };
    const keyOf = (data: Record<string, unknown>) => stream.key.map((column) => data[column]).join('/');
    const told = ({ events }: Destination, type: 'records' | 'present') =>
      events.flatMap((event) =>
        event.type === type ? event.records.map(({ data }) => keyOf(data as Record<string, unknown>)) : [],
      );
    const whole = new Destination();
    const uninterrupted = await read({ ...options, destination: whole });
    expect(told(whole, 'present')).toEqual([]);

    const destination = new Destination();
    await read({ ...options, destination, killAfter: Math.floor(whole.lines * 0.7) });
    const before = new Set(told(destination, 'records'));
    const { requests } = await read({ ...options, destination });
    expect(told(destination, 'present').filter((key) => !before.has(key))).toEqual([]);
    const seen = new Set([...told(destination, 'records'), ...told(destination, 'present')]);
    expect(seen).toEqual(new Set(told(whole, 'records')));
    expect(requests).toBeLessThan(1.15 * uninterrupted.requests + 12);
    await own.close();
  },
);
