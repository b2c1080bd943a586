import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { parseIntervals } from '../../src/stream/interval.ts';
import { run } from '../../src/sync/run.ts';
import type { StreamState } from '../../src/sync/state.ts';
import { streams } from '../../streams/index.ts';
import { ownLists, resourceOf } from '../property/lists.ts';
import { Destination, missing, read } from '../property/reading.ts';
import { only, withAccount } from './with-account.ts';

/** Streams whose rows bear times by which they are asked for, each a list of the account. */
const cursorStreams = streams.filter(
  (stream) =>
    stream.cursor !== undefined &&
    stream.lists.every(({ parent }) => parent === undefined) &&
    !ownLists(stream).includes('events'),
);
/** Events are asked for what happened, for what is gone and as a witness; an account for its clock, its Drive and its parts. */
const more: Readonly<Record<string, number>> = { events: 5, account: 3 };

/** So many records in each list of a stream. */
const full = (name: string, count: number) => ({
  rows: Object.fromEntries(
    only(name)
      .flatMap(ownLists)
      .map((list) => [list, count]),
  ),
});

test('an idle account costs two requests a list at most and sends nothing again', async () => {
  await withAccount(
    { leads: 400, contacts: 300, companies: 100, tasks: 300, events: 600, users: 5 },
    async (simulator, clock) => {
      const destination = new Destination();
      const all = streams.filter(({ selectedByDefault }) => selectedByDefault);
      const options = { simulator, clock, streams: all, mode: 'incremental' as const, destination };
      await read(options);
      clock.advance(3_600_000);
      await read(options);
      for (let run = 0; run < 2; run += 1) {
        clock.advance(3_600_000);
        const before = { ...simulator.statistics.byList };
        await read(options);
        for (const { name, cursor, lists } of all) {
          if (cursor !== undefined) expect(recordsOf(destination, name), name).toBe(0);
          for (const list of lists.filter(({ parent }) => parent === undefined)) {
            const resource = resourceOf(list);
            const requests = (simulator.statistics.byList[resource] ?? 0) - (before[resource] ?? 0);
            expect(requests, resource).toBeLessThanOrEqual(more[resource] ?? 2);
          }
        }
      }
    },
  );
});

function recordsOf(destination: Destination, stream: string): number {
  return destination.events.reduce(
    (sum, event) => sum + (event.type === 'records' && event.stream === stream ? event.records.length : 0),
    0,
  );
}

test.each(cursorStreams.map(({ name }) => name))(
  '%s: a record that becomes visible late is found',
  async (name) => {
    await withAccount(full(name, 50), async (simulator, clock) => {
      const destination = new Destination();
      const options = { simulator, clock, streams: only(name), mode: 'incremental' as const, destination };
      const now = Math.floor(clock.now() / 1000);
      const late = simulator.account.create(name, {
        created_at: now - 100,
        updated_at: now - 100,
        visibleFrom: now + 200,
      });
      await read(options);
      expect(destination.has(name, late, 0)).toBe(false);
      clock.advance(400_000);
      await read(options);
      expect(destination.has(name, late, 0)).toBe(true);
    });
  },
);

describe.each(['leads', 'tasks', 'events'])('%s: ten thousand records in one second', (name) => {
  test('arrive, whoever kills the run inside of it', async () => {
    await withAccount({ [name]: 300 }, async (simulator, clock) => {
      simulator.account.import({ stream: name, count: 10_000, at: Math.floor(clock.now() / 1000) - 86_400 });
      simulator.readings.ties = name === 'events' ? 'id' : 'shuffled';
      const destination = new Destination();
      const options = { simulator, clock, streams: only(name), mode: 'incremental' as const, destination };
      const whole = new Destination();
      const uninterrupted = await read({ ...options, destination: whole });
      const first = await read({ ...options, killAfter: Math.floor(whole.lines * 0.8) });
      const killed = destination.delivered;
      const second = await read(options);
      expect(missing(simulator, destination, name)).toEqual([]);
      // Of a second without an order to ask for, no place is known to go on from: it is read again.
      const again = name === 'events' ? 1 : 0.3;
      expect(first.requests + second.requests).toBeLessThan((1 + again) * uninterrupted.requests);
      expect(killed + destination.delivered).toBeLessThan(10_300 + Math.max(2_000, again * 10_000));
    });
  });
});

describe('an account that does not filter', () => {
  test.each(['ignored', 'rejected'] as const)(
    '%s: everything comes, at a bounded price, and it is said once',
    async (filters) => {
      for (const name of ['leads', 'tasks', 'events']) {
        await withAccount({ [name]: 3_000, readings: { filters } }, async (simulator, clock) => {
          const destination = new Destination();
          const log: string[] = [];
          const options = {
            simulator,
            clock,
            streams: only(name),
            mode: 'incremental' as const,
            destination,
            readers: 4,
          };
          for (let run = 0; run < 2; run += 1) {
            const { requests } = await read({
              ...options,
              log: (level, message) => void (level === 'warn' && log.push(message)),
            });
            // Each of the four readers may have begun with the filter, and have asked up to four times.
            expect(requests, name).toBeLessThanOrEqual(1.15 * (3_000 / 250) + 12 + 16);
            clock.advance(3_600_000);
            if (name !== 'events')
              for (const id of [...simulator.account.truth(name)].map(({ id }) => id).slice(0, 20))
                simulator.account.edit(name, id);
            clock.advance(3_600_000);
          }
          await read(options);
          expect(missing(simulator, destination, name), name).toEqual([]);
          const said =
            filters === 'ignored' ? 'does not filter' : 'was refused (Kommo refused the request for';
          expect(log.filter((message) => message.includes(said))).toHaveLength(2);
        });
      }
    },
  );
});

test('records that the token may not see leave gaps in pages, not in what is read', async () => {
  for (const name of ['leads', 'tasks', 'events']) {
    await withAccount({ [name]: 2_000, readings: { shortPages: 0.3 } }, async (simulator, clock) => {
      const destination = new Destination();
      const { failures } = await read({
        simulator,
        clock,
        streams: only(name),
        mode: 'full_refresh',
        destination,
      });
      expect(failures?.size, name).toBe(0);
      expect(missing(simulator, destination, name), name).toEqual([]);
      expect(destination.delivered, name).toBeGreaterThan(1_000);
    });
  }
});

test('a cursor in the future yields no records and the same state again', async () => {
  await withAccount({ leads: 50 }, async (simulator, clock) => {
    const destination = new Destination();
    const future = Math.floor(clock.now() / 1000) + 10_000_000;
    const state: StreamState = {
      version: 1,
      mode: 'incremental',
      finished: 1,
      through: future,
      from: 0,
      known: `${future}:1`,
      newestFirst: 0,
      until: future,
      done: '',
      rows: -1,
      requests: -1,
      witness: { through: future, acted: '', known: '' },
    };
    destination.states.set('leads', state);
    await read({ simulator, clock, streams: only('leads'), mode: 'incremental', destination });
    expect(destination.delivered).toBe(0);
    expect(destination.states.get('leads')).toEqual(state);
  });
});

test('a stream that fails leaves the others alone, and no state of it covers what was not read', async () => {
  await withAccount({ leads: 3_000, contacts: 3_000, tasks: 500 }, async (simulator, clock) => {
    simulator.faults.addNamed('not-an-object', { list: 'contacts', after: 6 });
    const destination = new Destination();
    const options = { simulator, clock, streams, mode: 'incremental' as const, destination, readers: 4 };
    const { failures } = await read(options);
    expect([...failures!.keys()]).toEqual(['contacts']);
    expect(missing(simulator, destination, 'leads')).toEqual([]);
    expect(missing(simulator, destination, 'tasks')).toEqual([]);
    simulator.faults.clear();
    await read(options);
    expect(missing(simulator, destination, 'contacts')).toEqual([]);
  });
});

test('states never move backwards, never past a second that is not over, and cover only what went before', async () => {
  await withAccount({ leads: 2_000, tasks: 1_500, events: 2_500 }, async (simulator, clock) => {
    const destination = new Destination();
    const last = new Map<string, StreamState>();
    for (let run = 0; run < 3; run += 1) {
      const open = simulator.account.now();
      const plan = only('leads').concat(only('tasks'), only('events'));
      await read({ simulator, clock, streams: plan, mode: 'incremental', destination, readers: 6 });
      const seen = new Map<string, Set<string>>();
      for (const event of destination.events) {
        if (event.type === 'records') {
          const ids = seen.get(event.stream) ?? new Set();
          seen.set(event.stream, ids);
          for (const { data } of event.records) ids.add(String(data.id));
        }
        if (event.type !== 'checkpoint') continue;
        const { stream, state } = event;
        const before = last.get(stream);
        expect(state.through).toBeGreaterThanOrEqual(before?.through ?? -1);
        expect(state.until).toBeGreaterThanOrEqual(before?.until ?? -1);
        expect(state.through).toBeLessThan(open);
        last.set(stream, state);
        if (run > 0) continue;
        const covered = [{ from: 0, to: state.through }, ...parseIntervals(state.done)!];
        const unsent = [...simulator.account.truth(stream)].filter(
          ({ id, updated_at }) =>
            covered.some(({ from, to }) => updated_at >= from && updated_at <= to) &&
            !seen.get(stream)?.has(String(id)),
        );
        expect(unsent).toEqual([]);
      }
      clock.advance(1_800_000);
      for (const id of [...simulator.account.truth('leads')].map(({ id }) => id).slice(0, 30))
        simulator.account.edit('leads', id);
      clock.advance(1_800_000);
    }
  });
});

test.each(['arbitrary', 'id'] as const)(
  'an order that nobody keeps is noticed, and done without: %s',
  async (defaultOrder) => {
    await withAccount(
      { leads: 1_000, readings: { order: 'ignored', defaultOrder } },
      async (simulator, clock) => {
        const destination = new Destination();
        const log: string[] = [];
        const { failures } = await read({
          ...{ simulator, clock, destination, mode: 'incremental', streams: only('leads') },
          log: (_, message) => log.push(message),
        });
        expect([...(failures ?? [])]).toEqual([]);
        expect(missing(simulator, destination, 'leads')).toEqual([]);
        expect(log.join()).toContain('does not sort by');
      },
    );
  },
);

test('a list that seems to end too early is asked once more', async () => {
  for (const name of ['leads', 'tasks', 'events']) {
    await withAccount({ [name]: 3_000 }, async (simulator, clock) => {
      for (const after of [4, 9]) {
        simulator.faults.add({ list: name, after, times: 1, fault: { kind: 'status', status: 204 } });
      }
      const destination = new Destination();
      const options = {
        simulator,
        clock,
        streams: only(name),
        mode: 'incremental' as const,
        destination,
        readers: 1,
      };
      const { failures } = await read(options);
      expect(failures?.size, name).toBe(0);
      expect(missing(simulator, destination, name), name).toEqual([]);
    });
  }
});

/** Takes its time with every event, so that readers get in each other's way if they can. */
const withSlowOutput: typeof run = (options) =>
  run({
    ...options,
    async emit(event) {
      await setTimeout(2);
      await options.emit(event);
    },
  });

test('readers that share a list send nothing twice', async () => {
  for (const name of ['leads', 'tasks', 'events']) {
    await withAccount({ [name]: 3_000 }, async (simulator, clock) => {
      for (const readers of [2, 4, 8]) {
        const destination = new Destination();
        const options = { simulator, clock, streams: only(name), destination, readers };
        await read({ ...options, mode: 'full_refresh', engine: withSlowOutput });
        expect(missing(simulator, destination, name), name).toEqual([]);
        expect(destination.delivered, `${name}, ${readers} readers`).toBe(simulator.account.count(name));
      }
    });
  }
});

test('readers that meet a heavy page at once make pages smaller once', async () => {
  await withAccount({ leads: 3_000 }, async (simulator, clock) => {
    simulator.faults.add({ list: 'leads', fault: { kind: 'heavy', above: 130 } });
    const destination = new Destination();
    const options = { simulator, clock, streams: only('leads'), destination, readers: 4 };
    await read({ ...options, mode: 'incremental' });
    expect(missing(simulator, destination, 'leads')).toEqual([]);
    const sizes = simulator.statistics.log.map(({ url }) =>
      Number(new URL(url, simulator.url).searchParams.get('limit')),
    );
    expect(Math.max(...sizes.slice(-10))).toBe(125);
  });
});

test.each([50, 100])(
  'an import in one second that fills a page of %i does not show that the account sorts',
  async (pageCap) => {
    await withAccount({ readings: { order: 'ignored', pageCap } }, async (simulator, clock) => {
      const { account } = simulator;
      account.import({ stream: 'leads', count: 130, at: account.now() - 5_000 });
      const destination = new Destination();
      const options = { simulator, clock, streams: only('leads'), mode: 'incremental' as const, destination };
      await read(options);
      clock.advance(3_600_000);
      for (const id of account.ids('leads').slice(-3)) account.edit('leads', id);
      clock.advance(3_600_000);
      const { failures } = await read(options);
      expect([...failures!.values()].map(String)).toEqual([]);
      expect(missing(simulator, destination, 'leads')).toEqual([]);
    });
  },
);
