import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import type { Stream } from '../../src/stream/declaration.ts';
import { streams } from '../../streams/index.ts';
import { KeyedDestination, readStreams } from './whole-account.ts';

const named = (name: string) => streams.find((stream) => stream.name === name)!;

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ requestsPerSecond: null, leads: 60, catalogs: 2 });
});
afterEach(() => simulator.close());

/** The keys that a reader must have: of lists that hang on parents, those of parents that it asks. */
function keysOf({ name, lists: [list] }: Stream): string[] {
  const { parent } = list!;
  const parents = streams.find(({ lists }) => lists[0] === parent?.list);
  return Array.from(simulator.account.truth(name), ({ id }) => `${id}`)
    .filter((key) => parent?.when(parentOf(key, parents)) !== false)
    .sort();
}

function parentOf(key: string, parents: Stream | undefined): Record<string, unknown> {
  return (parents && simulator.account.record(parents.name, key.split('/')[0]!)) ?? {};
}

test.each(streams.map((stream) => [stream.name, stream] as const))(
  '%s is read in full',
  async (name, stream) => {
    const { destination, failures } = await readStreams(simulator, [stream]);
    expect([...failures.keys()]).toEqual([]);
    expect(destination.keys(name)).toEqual(keysOf(stream));
    // What the rows do not carry themselves is there.
    for (const record of destination.of(name))
      for (const column of stream.key) expect(record[column]).not.toBeNull();
  },
);

test('streams that one answer serves cost one request', async () => {
  const three = ['account', 'user_groups', 'task_types'].map(named);
  const { requests, destination } = await readStreams(simulator, three);
  for (const stream of three) expect(destination.keys(stream.name)).toEqual(keysOf(stream));
  // The first one is that with which each run begins.
  expect(requests.filter((path) => path.startsWith('/api/v4/account'))).toHaveLength(2);
});

test('parents of several streams are listed once', async () => {
  const { requests } = await readStreams(
    simulator,
    ['catalogs', 'catalog_elements', 'custom_fields'].map(named),
  );
  // One page, and a look whether another one follows.
  expect(requests.filter((path) => path === '/api/v4/catalogs')).toHaveLength(2);
});

test.each(streams.map((stream) => [stream.name, stream] as const))(
  'a look at %s asks for little',
  async (name, stream) => {
    const { destination, requests } = await readStreams(simulator, [stream], { recordLimit: 1 });
    expect(destination.of(name)).toHaveLength(Math.min(1, keysOf(stream).length));
    expect(requests.length).toBeLessThan(20);
  },
);

test('empty lists of parents are doubted no more in the second read than in the first', async () => {
  const { destination, requests: first } = await readStreams(simulator, [named('subscriptions')]);
  const { requests: second } = await readStreams(simulator, [named('subscriptions')], { destination });
  expect(second.length).toBeLessThanOrEqual(first.length);
});

test('a list of a parent that came empty before is believed to be, and any other is not', async () => {
  const elements = named('catalog_elements');
  const empty = simulator.account.create('catalogs');
  const { destination } = await readStreams(simulator, [elements]);
  const askedAgain = async () => {
    const { requests } = await readStreams(simulator, [elements], { destination });
    return requests.filter((path) => path === `/api/v4/catalogs/${empty}/elements`).length;
  };
  expect(await askedAgain()).toBe(1);
  const element = simulator.account.create('catalog_elements', { catalog_id: empty });
  await askedAgain();
  expect(destination.keys('catalog_elements')).toContain(`${empty}/${element}`);
  simulator.account.remove('catalog_elements', element);
  expect(await askedAgain()).toBe(4);
  expect(await askedAgain()).toBe(1);
});

test('what one list of a family finds out about the server, the others need not', async () => {
  simulator.faults.add({ fault: { kind: 'heavy', above: 100 }, list: 'leads_subscriptions' });
  const { destination, failures } = await readStreams(simulator, [named('subscriptions')]);
  expect(failures.size).toBe(0);
  expect(destination.keys('subscriptions')).toEqual(keysOf(named('subscriptions')));
  const limits = simulator.statistics.log
    .filter(({ url }) => url.includes('/subscriptions'))
    .map(({ url }) => Number(new URL(url, simulator.url).searchParams.get('limit')));
  expect(limits.length).toBeGreaterThan(60);
  expect(limits.filter((limit) => limit > 100).length).toBeLessThan(20);
});

describe('an idle run of all default streams is cheap', () => {
  const all = streams.filter(({ selectedByDefault }) => selectedByDefault);

  test.each([0, 180, 249])('with %i more elements in each catalog', async (elements) => {
    const costs: number[] = [];
    for (const catalogs of [2, 5]) {
      const account = await startSimulator({ requestsPerSecond: null, leads: 60, catalogs });
      for (let count = 0; count < catalogs * elements; count += 1) account.account.create('catalog_elements');
      const destination = new KeyedDestination();
      await readStreams(account, all, { destination, mode: 'incremental' });
      account.readings.clockSkew += 3_600;
      const { requests, failures } = await readStreams(account, all, { destination, mode: 'incremental' });
      expect(failures.size).toBe(0);
      costs.push(requests.length);
      await account.close();
    }
    const [withTwo, withFive] = costs;
    expect(withTwo).toBeLessThanOrEqual(75);
    expect(withFive! - withTwo!).toBeLessThanOrEqual(9);
  });
});

test('a list of a family that holds as many rows as before is believed, and one that holds more is read on', async () => {
  const wanted = [named('catalog_elements')];
  const ofElements = (of: readonly string[]) => of.filter((path) => path.includes('/elements')).length;
  for (let count = 0; count < 300; count += 1) simulator.account.create('catalog_elements');
  const destination = new KeyedDestination();
  const { requests: first } = await readStreams(simulator, wanted, { destination });
  const { requests: second } = await readStreams(simulator, wanted, { destination });
  expect(ofElements(first)).toBeGreaterThan(4);
  expect(ofElements(second)).toBe(4);
  for (let count = 0; count < 300; count += 1) simulator.account.create('catalog_elements');
  await readStreams(simulator, wanted, { destination });
  expect(destination.keys('catalog_elements')).toEqual(keysOf(wanted[0]!));
});

describe('what the account cannot have', () => {
  const parentless = streams.filter(({ lists: [list, more] }) => {
    return more === undefined && list!.parent === undefined && list!.path !== '/api/v4/account';
  });
  const statuses = [402, 403, 404, 422] as const;

  test.each(parentless.map((stream, index) => [stream.name, stream, statuses[index % 4]!] as const))(
    '%s, left out by itself, and a failure by name',
    async (name, stream, status) => {
      refuse(simulator, stream.lists[0]!.path, status);
      const others = ['contacts', 'roles'].filter((other) => other !== name).map(named);
      const byDefault = await readStreams(simulator, [stream, ...others], { required: false });
      expect(byDefault.failures.size).toBe(0);
      expect(byDefault.finished.get(name)).toMatchObject({
        unavailable: { status },
      });
      expect(byDefault.destination.states.has(name)).toBe(false);
      expect(byDefault.warnings.filter((line) => line.startsWith(`${name}: `))).toHaveLength(1);
      const byName = await readStreams(simulator, [stream, ...others], { required: true });
      expect([...byName.failures.keys()]).toEqual([name]);
      expect(byName.finished.get(name)).toMatchObject({ error: { kind: 'config_error', status } });
      expect(byName.destination.states.has(name)).toBe(false);
      for (const other of others) expect(byName.destination.keys(other.name)).toEqual(keysOf(other));
    },
  );

  test('parts of a stream: told once, and not covered', async () => {
    refuse(simulator, '/api/v4/customers', 402);
    const destination = new KeyedDestination();
    const { failures, finished, warnings } = await readStreams(simulator, ['notes', 'tags'].map(named), {
      destination,
      mode: 'incremental',
    });
    expect(failures.size).toBe(0);
    for (const name of ['notes', 'tags']) {
      expect(finished.get(name)).toMatchObject({ uncovered: [{ entity_type: 'customers' }] });
      expect(warnings.filter((line) => line.startsWith(`${name}: `))).toEqual([
        expect.stringMatching(/read without customers \(402: it needs /),
      ]);
      const { lists } = destination.states.get(name)!;
      expect(Object.keys(lists!)).toEqual(['leads', 'contacts', 'companies', 'customers']);
      expect(lists!.customers).toMatchObject({ through: -1, until: -1 });
    }
    expect(destination.states.get('notes')!.lists!.leads!.through).toBeGreaterThan(0);
    // Once they can be had, they come.
    simulator.faults.clear();
    await readStreams(simulator, ['notes', 'tags'].map(named), { destination, mode: 'incremental' });
    for (const name of ['notes', 'tags']) expect(destination.keys(name)).toEqual(keysOf(named(name)));
  });

  test('all parts: the stream', async () => {
    refuse(simulator, '/tags', 403);
    const { finished } = await readStreams(simulator, [named('tags')], { required: false });
    expect(finished.get('tags')).toMatchObject({ unavailable: { status: 403 } });
  });

  test('the parents: the stream', async () => {
    refuse(simulator, '/api/v4/talks', 402);
    const { finished } = await readStreams(simulator, [named('talk_messages')], { required: false });
    expect(finished.get('talk_messages')).toMatchObject({ unavailable: { status: 402 } });
  });

  test('the lists of all parents: found out after a few', async () => {
    refuse(simulator, '/messages', 403);
    const { finished, requests } = await readStreams(simulator, [named('talk_messages')], {
      required: false,
    });
    expect(finished.get('talk_messages')).toMatchObject({ unavailable: { status: 403 } });
    expect(requests.filter((path) => path.endsWith('/messages')).length).toBeLessThan(10);
  });

  test('the list of one parent that is there: left out, and asked for again', async () => {
    const [talk] = simulator.account.ids('talks');
    refuse(simulator, `/talks/${talk}/messages`, 404);
    const destination = new KeyedDestination();
    const options = { destination, mode: 'incremental' } as const;
    const { finished } = await readStreams(simulator, [named('talk_messages')], options);
    expect(finished.get('talk_messages')).toMatchObject({ uncovered: [{ talk_id: talk }] });
    simulator.faults.clear();
    simulator.readings.clockSkew += 3_600;
    const { requests } = await readStreams(simulator, [named('talk_messages')], options);
    expect(destination.keys('talk_messages')).toEqual(keysOf(named('talk_messages')));
    expect(new Set(requests.filter((path) => path.endsWith('/messages')))).toEqual(
      new Set([`/api/v4/talks/${talk}/messages`]),
    );
  });

  test('the list of a parent that is gone is empty', async () => {
    const [talk] = simulator.account.ids('talks');
    simulator.faults.add({
      fault: { kind: 'status', status: 404, contentType: 'application/json', body: '{}' },
      match: ({ path }) => {
        const isIt = path.includes(`/talks/${talk}/messages`);
        if (isIt) simulator.account.remove('talks', talk!);
        return isIt;
      },
    });
    const { finished, failures } = await readStreams(simulator, [named('talk_messages')]);
    expect(failures.size).toBe(0);
    expect(finished.get('talk_messages')).not.toHaveProperty('uncovered');
  });
});

describe('lists that hang on parents', () => {
  const ofParents = streams.filter(({ lists }) => lists.length === 1 && lists[0]!.parent !== undefined);

  test.each(ofParents.map((stream) => [stream.name, stream] as const))(
    '%s goes on where it was cut off',
    async (name, stream) => {
      const destination = new KeyedDestination();
      const child = new RegExp(`^${stream.lists[0]!.path.replace(/\{\w+\}/, '[^/]+')}$`);
      const asked: string[] = [];
      let runs = 0;
      for (; runs < 60 && destination.states.get(name)?.finished !== 1; runs += 1) {
        const options = { destination, killAfter: 5 + runs, readers: 1 };
        const { requests } = await readStreams(simulator, [stream], options);
        asked.push(...new Set(requests.filter((path) => child.test(path))));
      }
      expect(destination.keys(name)).toEqual(keysOf(stream));
      expect(runs).toBeGreaterThan(stream.lists[0]!.parent!.many === undefined ? 1 : 0);
      // The one that was under way when the process died, and nothing else, is asked for again.
      expect(asked.length - new Set(asked).size).toBeLessThan(runs);
    },
  );

  test('only parents that have changed are asked again', async () => {
    const destination = new KeyedDestination();
    const options = { destination, mode: 'incremental' } as const;
    await readStreams(simulator, [named('talk_messages')], options);
    simulator.readings.clockSkew += 3_600;
    await readStreams(simulator, [named('talk_messages')], options);
    simulator.readings.clockSkew += 3_600;
    const idle = await readStreams(simulator, [named('talk_messages')], options);
    expect(idle.requests.filter((path) => path.endsWith('/messages'))).toEqual([]);
    simulator.account.create('talk_messages');
    simulator.readings.clockSkew += 60;
    const { requests } = await readStreams(simulator, [named('talk_messages')], options);
    expect(new Set(requests.filter((path) => path.endsWith('/messages'))).size).toBe(1);
    expect(destination.keys('talk_messages')).toEqual(keysOf(named('talk_messages')));
  });
});

/** Refuses every request whose path holds this, up to the query. */
function refuse({ faults }: Simulator, part: string, status: number): void {
  const body = JSON.stringify({ title: 'Error', status, detail: 'Запрещено' });
  faults.add({
    fault: { kind: 'status', status, contentType: 'application/problem+json', body },
    match: ({ path }) => path.includes(part),
  });
}
