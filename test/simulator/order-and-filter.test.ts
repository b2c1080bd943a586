import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OrderedRows } from '../../src/simulator/ordered-rows.ts';
import { ask, ids, pages, records, testClock, trueIds, withAccount } from './ask.ts';

const sorted = (values: number[]) => [...values].sort((left, right) => left - right);

test.each([
  ['leads', 'updated_at'],
  ['leads', 'created_at'],
  ['contacts', 'updated_at'],
  ['companies', 'updated_at'],
  ['tasks', 'created_at'],
  ['tasks', 'complete_till'],
])('%s can be ordered by %s, both ways', async (list, key) => {
  await withAccount({ leads: 600 }, async (simulator) => {
    for (const direction of ['asc', 'desc']) {
      const all = (await pages(simulator, `${list}?order[${key}]=${direction}`, 70)).flat();
      const values = all.map((record) => record[key]);
      expect(values).toEqual(direction === 'asc' ? sorted(values) : sorted(values).reverse());
      expect(new Set(all.map((record) => record.id))).toEqual(new Set(trueIds(simulator, list)));
    }
  });
});

test('orders that a list does not know are overlooked', async () => {
  await withAccount({ leads: 200 }, async (simulator) => {
    for (const query of [
      'tasks?order[updated_at]=desc',
      'contacts?order[created_at]=desc',
      'leads?order[price]=desc',
    ]) {
      const seen = (await ids(simulator, query)) as number[];
      expect(seen).toEqual(sorted(seen));
    }
    simulator.readings.order = 'ignored';
    const seen = (await ids(simulator, 'leads?order[id]=desc')) as number[];
    expect(seen).toEqual(sorted(seen));
  });
});

test('a filter and an order that are kept may be overlooked in single answers', async () => {
  await withAccount({ leads: 300 }, async (simulator) => {
    const times = trueIds(simulator, 'leads').length;
    const query = `leads?filter[updated_at][to]=1000&order[id]=desc&limit=${times}`;
    simulator.readings.filterLapses = { leads: 0.3 };
    const counts = [];
    for (let n = 0; n < 60; n += 1) counts.push(records(await ask(simulator, query)).length);
    expect(new Set(counts)).toEqual(new Set([0, 250]));
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(8);
    simulator.readings.filterLapses = 0;
    simulator.readings.orderLapses = 0.3;
    const firsts = new Set();
    for (let n = 0; n < 60; n += 1)
      firsts.add(records(await ask(simulator, 'leads?order[id]=desc&limit=1'))[0].id);
    const byId = trueIds(simulator, 'leads');
    expect(firsts).toEqual(new Set([byId[0], byId.at(-1)]));
  });
});

test('lists have other default orders in other readings', async () => {
  await withAccount({ leads: 300 }, async (simulator) => {
    const byId = trueIds(simulator, 'leads');
    simulator.readings.defaultOrder = 'id-descending';
    expect(await ids(simulator, 'leads')).toEqual([...byId].reverse());
    simulator.readings.defaultOrder = { leads: 'arbitrary' };
    const arbitrary = await ids(simulator, 'leads', 100);
    expect(arbitrary).not.toEqual(byId);
    expect(new Set(arbitrary)).toEqual(new Set(byId));
    expect(await ids(simulator, 'leads', 100)).toEqual(arbitrary);
    simulator.readings.defaultOrder = { leads: 'shuffled' };
    expect(await ids(simulator, 'leads', 300)).not.toEqual(await ids(simulator, 'leads', 300));
  });
});

test('events come newest first, oldest first, or in an order of their own', async () => {
  await withAccount({ leads: 200 }, async (simulator) => {
    const times = async (query: string) =>
      (await pages(simulator, query)).flat().map((event) => event.created_at);
    const newest = await times('events');
    expect(newest).toEqual(sorted(newest).reverse());
    expect(await times('events?order[created_at]=asc')).toEqual(newest);
    simulator.readings.eventsCreatedAtOrder = 'honoured';
    expect(await times('events?order[created_at]=asc')).toEqual(sorted(newest));
    simulator.readings.eventsOrder = 'oldest';
    expect(await times('events')).toEqual(sorted(newest));
    simulator.readings.eventsOrder = 'arbitrary';
    const arbitrary = await times('events');
    expect(arbitrary).not.toEqual(sorted(newest));
    expect(sorted(arbitrary)).toEqual(sorted(newest));
    expect(await times('events')).toEqual(arbitrary);
  });
});

test('ties: by id, reversed, or another order at each request, inside one second', async () => {
  await withAccount({ leads: 50, clock: testClock() }, async (simulator) => {
    const imported = simulator.account.import({ count: 300 });
    const query = 'leads?order[updated_at]=asc';
    const tie = async (limit: number) => (await ids(simulator, query, limit)).slice(50);
    expect(await tie(70)).toEqual(imported);
    simulator.readings.ties = 'reversed';
    expect(await tie(70)).toEqual([...imported].reverse());
    simulator.readings.ties = 'shuffled';
    const whole = await tie(250);
    expect(await tie(250)).not.toEqual(whole);
    const onePage = (
      await ids(simulator, `${query}&filter[updated_at][from]=${simulator.account.now()}`, 250)
    ).length;
    expect(onePage).toBe(300);
  });
});

test('bounds are inclusive or exclusive, each for itself', async () => {
  const clock = testClock();
  await withAccount({ leads: 0, clock }, async (simulator) => {
    const now = simulator.account.now();
    for (let second = 0; second < 5; second++)
      simulator.account.create('leads', { created_at: now + second });
    const seconds = async () =>
      records(
        await ask(
          simulator,
          `leads?filter%5Bupdated_at%5D%5Bfrom%5D=${now + 1}&filter[updated_at][to]=${now + 3}`,
        ),
      ).map((lead) => lead.updated_at - now);
    expect(await seconds()).toEqual([1, 2, 3]);
    simulator.readings.lowerBound = 'exclusive';
    expect(await seconds()).toEqual([2, 3]);
    simulator.readings.upperBound = 'exclusive';
    expect(await seconds()).toEqual([2]);
    simulator.readings.lowerBound = 'inclusive';
    expect(await seconds()).toEqual([1, 2]);
    const open = await ask(simulator, `leads?filter[updated_at][from]=${now + 3}`);
    expect(records(open)).toHaveLength(2);
  });
});

test('a scalar date is equality for entities and "after" elsewhere, unless read otherwise', async () => {
  await withAccount({ leads: 0, clock: testClock() }, async (simulator) => {
    const now = simulator.account.now();
    for (const stream of ['leads', 'tasks']) {
      for (let second = 0; second < 3; second++)
        simulator.account.create(stream, { created_at: now + second });
    }
    const count = async (stream: string) =>
      records(await ask(simulator, `${stream}?filter[updated_at]=${now}`)).length;
    expect([await count('leads'), await count('tasks')]).toEqual([1, 2]);
    simulator.readings.scalarDate = 'after';
    expect([await count('leads'), await count('tasks')]).toEqual([2, 2]);
  });
});

test('filters are obeyed, overlooked or refused', async () => {
  await withAccount({ leads: 100 }, async (simulator) => {
    const query = `leads?limit=250&filter[updated_at][from]=${simulator.account.now() + 5}`;
    expect((await ask(simulator, query)).status).toBe(204);
    simulator.readings.filters = { leads: 'ignored' };
    simulator.readings.isApiFilterEnabled = false;
    expect(records(await ask(simulator, query))).toHaveLength(100);
    expect((await ask(simulator, 'account?with=is_api_filter_enabled')).body.is_api_filter_enabled).toBe(
      false,
    );
    simulator.readings.filters = 'rejected';
    expect((await ask(simulator, query)).status).toBe(400);
    expect((await ask(simulator, 'leads')).status).toBe(200);
  });
});

test('values can be filtered where that is documented', async () => {
  await withAccount({ leads: 300 }, async (simulator) => {
    const all = (await pages(simulator, 'leads')).flat();
    const [first, second] = all;
    const some = async (query: string) => (await pages(simulator, query)).flat();
    expect((await some(`leads?filter[id][]=${first.id}&filter[id][]=${second.id}`)).length).toBe(2);
    expect((await some(`leads?filter[id]=${first.id}`)).length).toBe(1);
    const stage = `filter[statuses][0][pipeline_id]=${first.pipeline_id}&filter[statuses][0][status_id]=${first.status_id}`;
    expect(await some(`leads?${stage}`)).toHaveLength(
      all.filter((lead) => lead.pipeline_id === first.pipeline_id && lead.status_id === first.status_id)
        .length,
    );
    const done = await some('tasks?filter[is_completed]=1');
    expect(done.length).toBeGreaterThan(0);
    expect(done.every((task) => task.is_completed)).toBe(true);
    const types = await some('events?filter[type][]=lead_added,task_completed');
    expect(new Set(types.map((event) => event.type))).toEqual(new Set(['lead_added', 'task_completed']));
    const contacts = await some('events?filter[entity]=contact');
    expect(contacts.every((event) => event.entity_type === 'contact')).toBe(true);
    // Unknown filters are overlooked.
    expect(await some('leads?filter[nonsense]=1')).toHaveLength(300);
  });
});

test('archived pipelines and deactivated users are listed, or not', async () => {
  await withAccount({ leads: 1 }, async (simulator) => {
    const before = [await ids(simulator, 'users'), records(await ask(simulator, 'leads/pipelines'))];
    simulator.readings.archivedPipelines = false;
    simulator.readings.deactivatedUsers = false;
    expect((await ids(simulator, 'users')).length).toBeLessThan(before[0]!.length);
    expect(records(await ask(simulator, 'leads/pipelines')).length).toBe(before[1]!.length - 1);
    expect(trueIds(simulator, 'users')).toEqual(await ids(simulator, 'users'));
  });
});

test('the index agrees with a sorted list, whatever happens to it', () => {
  const move = fc.record({ row: fc.nat(40), second: fc.nat(6) });
  fc.assert(
    fc.property(fc.array(move, { maxLength: 200 }), fc.nat(6), (moves, second) => {
      const index = new OrderedRows();
      const plain = new Map<number, number>();
      for (const { row, second: to } of moves) {
        const from = plain.get(row);
        if (from !== undefined) index.remove(row, from);
        if (from === to) plain.delete(row);
        else {
          index.add(row, to);
          plain.set(row, to);
        }
      }
      const expected = [...plain].sort((left, right) => left[1] - right[1] || left[0] - right[0]);
      expect(index.slice(0, index.size)).toEqual(expected.map(([row]) => row));
      expect(index.before(second)).toBe(expected.filter(([, at]) => at < second).length);
      expected.forEach(([, at], place) => {
        expect(index.secondAt(place)).toBe(at);
      });
    }),
  );
});
