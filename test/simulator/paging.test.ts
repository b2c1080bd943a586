import { expect, test } from 'vitest';
import { ask, ids, pages, records, trueIds, withAccount } from './ask.ts';

const lists = ['leads', 'contacts', 'companies', 'tasks', 'events', 'users'] as const;

test.each(lists)('plain pages of %s bring everything while nobody works', async (list) => {
  await withAccount({ leads: 700, users: 30 }, async (simulator) => {
    const seen = await ids(simulator, list, 100);
    expect(new Set(seen)).toEqual(new Set(trueIds(simulator, list)));
    expect(seen.length).toBe(new Set(seen).size);
  });
});

test('plain pages lose records that nobody edited while others are edited', async () => {
  let writing = false;
  await withAccount(
    {
      leads: 1000,
      onRequest: () => {
        if (!writing) return;
        // What was read already moves behind what is still to be read.
        const [first] = [...simulatorOf.truth('leads')].sort(
          (left, right) => left.updated_at - right.updated_at,
        );
        simulatorOf.edit('leads', first!.id);
      },
    },
    async (simulator) => {
      simulatorOf = simulator.account;
      const before = trueIds(simulator, 'leads');
      writing = true;
      const seen = new Set(await ids(simulator, 'leads?order[updated_at]=asc', 100));
      const lost = before.filter((id) => !seen.has(id));
      expect(lost.length).toBeGreaterThan(3);
      for (const id of lost) expect(simulator.account.record('leads', id)).toBeDefined();
    },
  );
});
let simulatorOf: import('../../src/simulator/simulator.ts').Account;

test('a deletion behind the reader hides a record at the seam', async () => {
  await withAccount({ leads: 500 }, async (simulator) => {
    const first = records(await ask(simulator, 'leads?order[id]=asc&limit=250&page=1'));
    const next = trueIds(simulator, 'leads')[250];
    simulator.account.remove('leads', first[0].id);
    const second = records(await ask(simulator, 'leads?order[id]=asc&limit=250&page=2'));
    expect(second.map((lead) => lead.id)).not.toContain(next);
    expect(second).toHaveLength(249);
  });
});

test('next: honest, always, never', async () => {
  await withAccount({ leads: 500 }, async (simulator) => {
    const hasNext = async (page: number) =>
      (await ask(simulator, `leads?limit=250&page=${page}`)).body._links.next !== undefined;
    expect([await hasNext(1), await hasNext(2)]).toEqual([true, false]);
    simulator.readings.next = 'always';
    expect([await hasNext(1), await hasNext(2)]).toEqual([true, true]);
    expect((await ask(simulator, 'leads?limit=250&page=3')).status).toBe(204);
    simulator.readings.next = { leads: 'never' };
    expect([await hasNext(1), await hasNext(2)]).toEqual([false, false]);
    expect((await ask(simulator, 'contacts?limit=10')).body._links.next).toBeDefined();
  });
});

test('the next link leads to the next page with the same query', async () => {
  await withAccount({ leads: 30 }, async (simulator) => {
    const first = await ask(simulator, 'leads?limit=10&order%5Bid%5D=desc');
    const second = await ask(simulator, first.body._links.next.href.split('/api/v4/')[1]);
    expect(second.body._page).toBe(2);
    expect(records(second)[0].id).toBeLessThan(records(first)[9].id);
  });
});

test('page sizes: default 50, capped, and what happens above the cap', async () => {
  await withAccount({ leads: 400, events: 400 }, async (simulator) => {
    const size = async (query: string) => records(await ask(simulator, query)).length;
    expect(await size('leads')).toBe(50);
    expect(await size('leads?limit=250')).toBe(250);
    expect(await size('leads?limit=500')).toBe(250);
    simulator.readings.pageCap = { events: 100 };
    expect(await size('events?limit=250')).toBe(100);
    expect(await size('leads?limit=250')).toBe(250);
    simulator.readings.overLimit = 'default';
    expect(await size('events?limit=250')).toBe(50);
    expect(await size('events?limit=100')).toBe(100);
    expect((await ids(simulator, 'events', 250)).length).toBe(400);
  });
});

test('short pages: fewer than asked for in the middle, and nothing missing', async () => {
  await withAccount({ leads: 900, readings: { shortPages: 0.3 } }, async (simulator) => {
    const sizes = (await pages(simulator, 'leads', 100)).map((page) => page.length);
    expect(sizes.slice(0, -1).some((size) => size < 100)).toBe(true);
    expect(new Set(sizes).size).toBeGreaterThan(2);
    expect(await ids(simulator, 'leads', 100)).toEqual(trueIds(simulator, 'leads'));
  });
});

test('a cap on the depth of pages ends the list early', async () => {
  await withAccount({ leads: 500, readings: { maximumPage: 3 } }, async (simulator) => {
    expect(await pages(simulator, 'leads', 100)).toHaveLength(3);
  });
});
