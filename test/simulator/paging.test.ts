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

test('rows that the token may not see keep their places, page by page and in the count', async () => {
  await withAccount({ users: 300, readings: { shortPages: 0.3 } }, async (simulator) => {
    const first = await ask(simulator, 'users?limit=250&page=1');
    const second = await ask(simulator, 'users?limit=250&page=2');
    expect(first.body._total_items).toBe(300);
    expect(records(first).length + records(second).length).toBe(trueIds(simulator, 'users').length);
    expect(trueIds(simulator, 'users').length).toBeLessThan(260);
    const hidden = simulator.account.ids('users').filter((id) => !trueIds(simulator, 'users').includes(id));
    expect((await ask(simulator, `users/${hidden[0]}`)).status).toBe(404);
    simulator.readings.shortPages = 1;
    expect((await ask(simulator, 'account')).status).toBe(200);
  });
});

test('a page of nothing but rows that the token may not see is empty and says next', async () => {
  const readings = { shortPages: 0.5, hiddenTogether: 100 } as const;
  await withAccount({ leads: 2_000, readings }, async (simulator) => {
    const answers = [];
    for (let page = 1; page <= 100; page += 1)
      answers.push(await ask(simulator, `leads?limit=20&page=${page}&order[id]=asc`));
    const empty = answers.slice(0, -1).filter((answer) => records(answer).length === 0);
    expect(empty.length).toBeGreaterThan(10);
    for (const { status, body } of empty)
      expect([status, body._links.next !== undefined]).toEqual([200, true]);
    expect(answers.flatMap(records).map(({ id }) => id)).toEqual(trueIds(simulator, 'leads'));
  });
});

test('a page that is cut keeps its first rows, half of its size at least, and says next', async () => {
  await withAccount({ leads: 400, readings: { cutPages: { leads: 0.5 } } }, async (simulator) => {
    const sizes = [];
    for (let n = 0; n < 40; n += 1) {
      const answer = await ask(simulator, 'leads?limit=100&page=2&order[id]=asc');
      const came = records(answer).map(({ id }) => id);
      expect(came).toEqual(trueIds(simulator, 'leads').slice(100, 100 + came.length));
      expect(answer.body._links.next).toBeDefined();
      sizes.push(came.length);
    }
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...sizes)).toBe(100);
    expect(new Set(sizes).size).toBeGreaterThan(5);
    const whole = records(await ask(simulator, 'leads?limit=100&page=4&order[id]=asc'));
    expect(whole.at(-1)?.id === trueIds(simulator, 'leads').at(-1) || whole.length < 100).toBe(true);
  });
});

test.each([
  ['204', []],
  ['empty', []],
  ['repeat', [200, 300]],
] as const)('behind the depth of a list: %s', async (beyondDepth, [from, to]) => {
  const readings = { maximumPage: { leads: 3 }, beyondDepth };
  await withAccount({ leads: 500, users: 60, readings }, async (simulator) => {
    const answer = await ask(simulator, 'leads?limit=100&page=4&order[id]=asc');
    expect(answer.status).toBe(beyondDepth === '204' ? 204 : 200);
    const expected = from === undefined ? [] : trueIds(simulator, 'leads').slice(from, to);
    expect(records(answer).map(({ id }) => id)).toEqual(expected);
    expect(records(await ask(simulator, 'users?limit=10&page=6'))).toHaveLength(10);
    simulator.readings.maximumPage = { leads: 'none' };
    expect(records(await ask(simulator, 'leads?limit=100&page=4'))).toHaveLength(100);
  });
});

test.each([
  ['204', []],
  ['repeat', [200, 250]],
  ['circle', [0, 100]],
] as const)('behind the end of a list: %s', async (beyondEnd, [from, to]) => {
  await withAccount({ leads: 250, readings: { beyondEnd } }, async (simulator) => {
    const came = records(await ask(simulator, 'leads?limit=100&page=4&order[id]=asc')).map(({ id }) => id);
    expect(came).toEqual(from === undefined ? [] : trueIds(simulator, 'leads').slice(from, to));
  });
});

test('premature ends: so many answers as the share says are 204, and no more than three in a row', async () => {
  await withAccount({ leads: 20, readings: { prematureEnds: { leads: 0.1 } } }, async (simulator) => {
    const statuses = [];
    for (let n = 0; n < 600; n += 1) statuses.push((await ask(simulator, 'leads?limit=1')).status);
    const text = statuses.map((status) => (status === 204 ? '-' : '+')).join('');
    const silences = text.match(/-+/g)!;
    expect([...new Set(silences.map(({ length }) => length))].sort()).toEqual([1, 2, 3]);
    expect(statuses.filter((status) => status === 204).length / 600).toBeCloseTo(0.1, 1);
    expect((await ask(simulator, 'users')).status).toBe(200);
  });
});
