import { describe, expect, test } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { streams } from '../../streams/index.ts';
import { Destination, missing, read } from '../property/reading.ts';
import { createVirtualClock } from '../property/virtual-clock.ts';

/** How many requests may be made for each page that is filled, twelve more besides. */
const factors: Record<string, number> = {
  leads: 1.15,
  contacts: 1.15,
  companies: 1.15,
  events: 1.15,
  tasks: 1.25,
};
const clock = createVirtualClock();

// More than four readers are at work only where answers are slow, and then the permitted rate is not used up.
describe.each([
  { names: Object.keys(factors), count: 10_000, years: 4, readers: 1 },
  { names: Object.keys(factors), count: 10_000, years: 4, readers: 4 },
  // Many quiet years and a few busy ones: windows as wide as the first suggest are far too wide for the others.
  { names: ['events', 'tasks'], count: 30_000, years: 7, readers: 1 },
])('$count records in $years years with $readers readers', ({ names, count, years, readers }) => {
  test.each(names)('%s cost hardly more requests than they fill pages', async (name) => {
    const stream = streams.find((each) => each.name === name)!;
    await withAccount({ [name]: count, years }, async (simulator) => {
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
        expect(missing(simulator, destination, name)).toEqual([]);
        if (process.env.KOMMO_SHOW_COST)
          process.stderr.write(`${count} ${name} ${mode} ${readers} readers: ${requests} requests\n`);
        expect(requests).toBeLessThanOrEqual(
          factors[name]! * Math.ceil(count / stream.lists[0]!.pageSize) + 12,
        );
      }
    });
  });
});

test.each(['incremental', 'full_refresh'] as const)(
  'notes cost hardly more requests than they fill pages in each of their lists, %s',
  async (mode) => {
    const rows = { leads_notes: 10_000, contacts_notes: 4_000, companies_notes: 900, customers_notes: 5_000 };
    await withAccount({ rows, years: 4 }, async (simulator) => {
      const destination = new Destination();
      const notes = streams.filter(({ name }) => name === 'notes');
      const { failures } = await read({ simulator, clock, streams: notes, mode, destination });
      expect(failures?.size).toBe(0);
      expect(missing(simulator, destination, 'notes')).toEqual([]);
      const { byList } = simulator.statistics;
      for (const [list, count] of Object.entries(rows))
        expect(byList[list], list).toBeLessThanOrEqual(1.15 * Math.ceil(count / 250) + 12);
    });
  },
);

async function withAccount(
  sizes: SimulatorOptions,
  use: (simulator: Simulator) => Promise<void>,
): Promise<void> {
  const few = { leads: 10, contacts: 10, companies: 10, tasks: 10, events: 10 };
  const simulator = await startSimulator({
    clock,
    requestsPerSecond: null,
    compress: false,
    ...few,
    ...sizes,
  });
  try {
    await use(simulator);
  } finally {
    await simulator.close();
  }
}
