import { describe, expect, test } from 'vitest';
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts';
import type { Stream } from '../../src/stream/declaration.ts';
import { streams } from '../../streams/index.ts';
import { Destination, missing, type ReadOptions, read } from '../property/reading.ts';
import { createVirtualClock, type VirtualClock } from '../property/virtual-clock.ts';
import { startAccount } from './with-account.ts';

const pageSize = 50;
const day = 86_400;

/** The stream, with pages that are small enough for few records to fill many. */
function only(name: string): Stream[] {
  const stream = streams.find((one) => one.name === name)!;
  return [{ ...stream, schema: stream.schema, lists: stream.lists.map((list) => ({ ...list, pageSize })) }];
}

interface Account {
  simulator: Simulator;
  clock: VirtualClock;
  destination: Destination;
  /** One run; expects that it is complete, and that everything in the account has come by now. */
  readAll(name: string, options?: Partial<ReadOptions>): Promise<{ requests: number }>;
}

/** `onList` is called before each request to a list, with how many there were. */
async function withAccount(
  { onList, ...options }: SimulatorOptions & { onList?: (account: Account, request: number) => void },
  use: (account: Account) => Promise<void>,
): Promise<void> {
  const clock = createVirtualClock();
  let requests = 0;
  const simulator = await startAccount(clock, {
    ...options,
    onRequest: (request) => {
      if (request.list !== undefined && request.list !== 'account') onList?.(account, ++requests);
    },
  });
  const destination = new Destination();
  const account: Account = {
    simulator,
    clock,
    destination,
    async readAll(name, more) {
      const options = { simulator, clock, destination, streams: only(name), readers: 1 };
      const { failures, requests } = await read({ ...options, mode: 'incremental', ...more });
      expect([...failures!.values()].map(String)).toEqual([]);
      expect(missing(simulator, destination, name)).toEqual([]);
      return { requests };
    },
  };
  try {
    await use(account);
  } finally {
    await simulator.close();
  }
}

/** So many records, spread evenly over the days before yesterday. */
function spread({ simulator, clock }: Account, name: string, count: number, days: number): void {
  const start = Math.floor(clock.now() / 1000) - (days + 1) * day;
  for (let n = 0; n < count; n += 1) {
    const at = start + Math.floor((n * days * day) / count);
    simulator.account.create(name, { created_at: at, updated_at: at });
  }
}

const walks = ['leads', 'tasks', 'events'];

describe('pages that come short', () => {
  describe.each(['honest', 'always', 'never'] as const)('next %s', (next) => {
    test.each(walks)(
      '%s: a page of which rows are hidden is no end, wherever one was before',
      async (name) => {
        for (const mode of ['incremental', 'full_refresh'] as const) {
          for (const readers of [1, 6]) {
            const readings = { shortPages: 0.3, next };
            await withAccount({ [name]: 600, seed: 3, readings }, async ({ readAll }) => {
              await readAll(name, { mode, readers });
            });
          }
        }
      },
    );
  });

  test.each(walks)('%s: a page of nothing but hidden rows says next, and the list goes on', async (name) => {
    const readings = { shortPages: 0.3, hiddenTogether: 60 };
    await withAccount({ [name]: 900, seed: 4, readings }, async ({ readAll }) => {
      await readAll(name);
    });
  });

  test.each([1, 2, 3, 4, 5, 6])(
    'leads: three are edited between request %i and the next one',
    async (when) => {
      let isFirst = true;
      const options: Parameters<typeof withAccount>[0] = {
        readings: { shortPages: 0.02 },
        onList({ simulator: { account } }, request) {
          if (!isFirst || request !== when + 1) return;
          const ids = [...account.truth('leads')].map(({ id }) => id).slice(4, 7);
          for (const id of ids) account.edit('leads', id);
        },
      };
      await withAccount(options, async (account) => {
        spread(account, 'leads', 110, 5);
        const { simulator, clock, destination } = account;
        const common = { simulator, clock, destination, streams: only('leads'), readers: 1 };
        const { failures } = await read({ ...common, mode: 'incremental' });
        expect([...failures!.values()].map(String)).toEqual([]);
        const untouched = [...simulator.account.truth('leads')].filter(({ version }) => version === 0);
        expect(untouched.filter(({ id }) => !destination.has('leads', id, 0))).toEqual([]);
        isFirst = false;
        clock.advance(60_000);
        await account.readAll('leads');
      });
    },
  );

  test('events: the size of a page changes while it is read', async () => {
    for (const when of [2, 3, 5, 8]) {
      const options: Parameters<typeof withAccount>[0] = {
        seed: when,
        readings: { shortPages: 0.02 },
        onList({ simulator }, request) {
          if (request === when) simulator.readings.pageCap = 20;
        },
      };
      await withAccount(options, async (account) => {
        spread(account, 'events', 400, 3);
        await account.readAll('events');
      });
    }
  });
});

describe('an empty answer where rows are', () => {
  describe.each([1, 2, 3])('%i in a row', (times) => {
    test.each(walks)('%s: is asked for again', async (name) => {
      for (const after of [0, 1, 3, 6]) {
        for (const readers of [1, 6]) {
          await withAccount({ seed: 5 }, async (account) => {
            spread(account, name, 400, 6);
            account.simulator.faults.addNamed('early-end', { list: name, after, times });
            await account.readAll(name, { readers });
          });
        }
      }
    });
  });

  test('events: beside a second that fills a page of which rows are hidden', async () => {
    for (let after = 40; after < 60; after += 3) {
      await withAccount({ seed: 5, readings: { shortPages: 0.3 } }, async (account) => {
        spread(account, 'events', 400, 300);
        const { simulator, clock } = account;
        simulator.account.import({ stream: 'events', count: 60, at: simulator.account.now() - 5_000 });
        clock.advance(60_000);
        simulator.faults.addNamed('early-end', { list: 'events', after, times: 1 });
        await account.readAll('events');
      });
    }
  });

  test.each(walks)('%s: for good is a failure, not an end', async (name) => {
    await withAccount({ seed: 6 }, async (account) => {
      spread(account, name, 300, 6);
      account.simulator.faults.addNamed('early-end', {
        list: name,
        after: 3,
        match: ({ path }) => path.endsWith(`/${name}`),
      });
      const { simulator, clock, destination } = account;
      const options = { simulator, clock, destination, streams: only(name), readers: 1 };
      const { failures } = await read({ ...options, mode: 'incremental' });
      expect([...failures!.values()].map((error) => (error as { kind?: string }).kind)).toEqual([
        'transient_error',
      ]);
      simulator.faults.clear();
      await account.readAll(name);
    });
  });
});

describe('a server that gives no page behind the fifth', () => {
  describe.each(['204', 'empty', 'repeat'] as const)('and answers %s there', (beyondDepth) => {
    test.each(walks)('%s: windows are made smaller', async (name) => {
      for (const next of ['honest', 'always'] as const) {
        const readings = { maximumPage: 5, beyondDepth, next };
        await withAccount({ seed: 7, readings }, async (account) => {
          spread(account, name, 100, 300);
          const hour = Math.floor(account.clock.now() / 1000) - 100 * day;
          for (let n = 0; n < 600; n += 1) {
            const at = hour + n * 6;
            account.simulator.account.create(name, { created_at: at, updated_at: at });
          }
          await account.readAll(name);
        });
      }
    });
  });
});

test.each([
  ['inclusive', 'inclusive'],
  ['inclusive', 'exclusive'],
  ['exclusive', 'inclusive'],
  ['exclusive', 'exclusive'],
] as const)(
  'an import within one second that holds more than the pages that are given is read from both ends (%s, %s)',
  async (lowerBound, upperBound) => {
    const readings = { maximumPage: 5, beyondDepth: 'repeat', lowerBound, upperBound } as const;
    for (let shift = 0; shift < 6; shift += 1) {
      await withAccount({ seed: 7, readings }, async (account) => {
        spread(account, 'tasks', 60, 300);
        const at = account.simulator.account.now() - 150 * day - shift * 15_554;
        account.simulator.account.import({ stream: 'tasks', count: 8 * pageSize, at });
        await account.readAll('tasks');
      });
    }
  },
);

describe('a whole list without an order', () => {
  test.each([1, 2, 3])('users: one is removed before request %i, and no other one is lost', async (when) => {
    const options: Parameters<typeof withAccount>[0] = {
      users: 140,
      onList({ simulator: { account } }, request) {
        if (request === when) account.remove('users', account.ids('users')[5]!);
      },
    };
    await withAccount(options, async ({ readAll }) => {
      await readAll('users');
    });
  });

  test.each(['circle', 'repeat'] as const)(
    'users: behind the end the pages come again (%s)',
    async (beyondEnd) => {
      await withAccount({ users: 100, readings: { beyondEnd, next: 'always' } }, async ({ readAll }) => {
        const { requests } = await readAll('users');
        expect(requests).toBeLessThan(12);
      });
    },
  );

  test('events that cannot be filtered and grow while they are read', async () => {
    const options: Parameters<typeof withAccount>[0] = {
      events: 500,
      readings: { filters: 'ignored' },
      onList({ simulator: { account } }, request) {
        if (request < 2_000) for (let n = 0; n < 3; n += 1) account.addEvent();
      },
    };
    await withAccount(options, async ({ simulator, clock, destination }) => {
      const before = [...simulator.account.truth('events')];
      const common = { simulator, clock, destination, streams: only('events'), readers: 1 };
      const { failures, requests } = await read({ ...common, mode: 'incremental' });
      expect([...failures!.values()].map(String)).toEqual([]);
      expect(before.filter(({ id }) => !destination.has('events', id, 0))).toEqual([]);
      expect(requests).toBeLessThan(40);
    });
  });

  test('events that cannot be filtered and come in another order each time are never complete by mistake', async () => {
    for (const seed of [1, 2, 3]) {
      const readings = { filters: 'ignored', eventsOrder: 'shuffled' } as const;
      await withAccount({ events: 200, seed, readings }, async ({ simulator, clock, destination }) => {
        for (let run = 0; run < 2; run += 1) {
          const common = { simulator, clock, destination, streams: only('events'), readers: 1 };
          const { failures } = await read({ ...common, mode: 'incremental' });
          const lost = missing(simulator, destination, 'events');
          if (failures!.size === 0) expect(lost).toEqual([]);
          clock.advance(3_600_000);
          for (let n = 0; n < 80; n += 1) simulator.account.addEvent();
          clock.advance(3_600_000);
        }
      });
    }
  });
});

test('an order that is overlooked is noticed, although the first page comes in that order by luck', async () => {
  const readings = { order: 'ignored', defaultOrder: 'id' } as const;
  await withAccount({ readings }, async ({ simulator, clock, destination }) => {
    const start = Math.floor(clock.now() / 1000) - 10 * day;
    const lead = (at: number) =>
      simulator.account.create('leads', { created_at: start - day, updated_at: at });
    // The second before the start fills the page but for one row.
    for (let n = 0; n < pageSize - 1; n += 1) lead(start - 1);
    const wanted = [lead(start + 900), ...Array.from({ length: 20 }, (_, n) => lead(start + 100 + n * 7))];
    const options = { simulator, clock, destination, streams: only('leads'), readers: 1 };
    const { failures } = await read({ ...options, mode: 'incremental', startDate: start });
    expect([...failures!.values()].map(String)).toEqual([]);
    expect(wanted.filter((id) => !destination.has('leads', id, 0))).toEqual([]);
  });
});

test('an order that is overlooked is noticed, although a page by falling ids comes in that order by luck', async () => {
  const readings = { order: 'ignored', defaultOrder: 'id-descending' } as const;
  await withAccount({ readings }, async (account) => {
    spread(account, 'leads', 60, 100);
    const now = account.simulator.account.now();
    const lead = (at: number) =>
      account.simulator.account.create('leads', { created_at: at, updated_at: at });
    // The last page but for some rows is an import, and those before them were edited later.
    for (let n = 0; n < 4; n += 1) lead(now - 1_000);
    for (let n = 4; n < pageSize; n += 1) lead(now - 5_000);
    await account.readAll('leads');
  });
});

test('an import in the second after the window does not stand for all that lies in it', async () => {
  const readings = { order: 'ignored', defaultOrder: 'id-descending' } as const;
  await withAccount({ readings }, async (account) => {
    spread(account, 'leads', 60, 100);
    const { simulator, clock, destination } = account;
    const wanted = simulator.account.ids('leads');
    simulator.account.import({ stream: 'leads', count: pageSize, at: simulator.account.now() });
    const options = { simulator, clock, destination, streams: only('leads'), readers: 1 };
    const { failures } = await read({ ...options, mode: 'incremental' });
    expect([...failures!.values()].map(String)).toEqual([]);
    expect(wanted.filter((id) => !destination.has('leads', id, 0))).toEqual([]);
  });
});
