import { expect, test } from 'vitest';
import {
  type Account,
  type Readings,
  type Simulator,
  startSimulator,
} from '../../src/simulator/simulator.ts';
import { streams as all } from '../../streams/index.ts';
import { Destination, missing, read } from '../property/reading.ts';
import { createVirtualClock, type VirtualClock } from '../property/virtual-clock.ts';

const streams = all.filter(({ name }) => name === 'deletions');
const declared = streams[0]!.lists[0]!.kinds!.names;
const hour = 3_600_000;

interface Office {
  account: Account;
  simulator: Simulator;
  clock: VirtualClock;
  destination: Destination;
  /** Reads once, later, and gives the requests for events that were answered, and the types that each asked for. */
  run: () => Promise<{ events: number; types: number; asked: string[][] }>;
}

/** An account with a past of 400 events. */
async function inOffice(readings: Partial<Readings>, use: (office: Office) => Promise<void>): Promise<void> {
  const clock = createVirtualClock();
  const simulator = await startSimulator({
    ...{ clock, readings, requestsPerSecond: null, recordEvents: true },
    ...{ leads: 40, events: 400 },
  });
  const destination = new Destination();
  const run = async () => {
    clock.advance(hour);
    simulator.statistics.reset();
    const { failures } = await read({ simulator, clock, streams, mode: 'incremental', destination });
    expect([...(failures ?? [])]).toEqual([]);
    const { log } = simulator.statistics;
    const asked = log
      .filter(({ list, status }) => list === 'events' && status < 400)
      .map(({ url }) => new URL(url, simulator.url).searchParams.getAll('filter[type][]'));
    return { events: asked.length, types: log.filter(({ list }) => list === 'event_types').length, asked };
  };
  try {
    await use({ account: simulator.account, simulator, clock, destination, run });
  } finally {
    await simulator.close();
  }
}

const expectAll = (simulator: Simulator, destination: Destination) =>
  expect(missing(simulator, destination, 'deletions')).toEqual([]);

function workOn(account: Account): void {
  const [one, two] = account.ids('leads');
  account.remove('leads', one!);
  account.restore('leads', one!);
  account.remove('leads', two!);
}

test('an idle run asks once', async () => {
  await inOffice({}, async ({ account, simulator, destination, run }) => {
    expect((await run()).types).toBe(1);
    workOn(account);
    await run();
    expectAll(simulator, destination);
    for (let time = 0; time < 3; time += 1) expect(await run()).toMatchObject({ events: 1, types: 0 });
  });
});

test('which types there are is asked again in the next week', async () => {
  await inOffice({}, async ({ clock, run }) => {
    await run();
    clock.advance(7 * 24 * hour);
    expect(await run()).toMatchObject({ types: 1 });
    expect(await run()).toMatchObject({ types: 0 });
  });
});

test.each<[string, Partial<Readings>, readonly string[]]>([
  [
    'one type refused: asked without it',
    { eventTypes: { lead_restored: 'rejected' } },
    declared.filter((type) => type !== 'lead_restored'),
  ],
  ['all types refused: asked for none', { eventTypes: 'rejected' }, []],
  ['types overlooked: chosen from what comes', { eventTypes: 'ignored' }, declared],
  ['all filters refused', { filters: { events: 'rejected' } }, []],
  ['times overlooked: asked for types alone', { filters: { events: 'ignored' } }, declared],
  ['the catalog of types refused', { refused: { event_types: 403 } }, declared],
])('%s', async (_, readings, wanted) => {
  await inOffice(readings, async ({ account, simulator, destination, run }) => {
    await run();
    workOn(account);
    const { asked } = await run();
    // What is refused is in nothing that comes, except where nothing was asked for by name.
    const isLeftOut = wanted.length > 0 && wanted.length < declared.length;
    const restored = [...account.truth('deletions')].filter(
      ({ id }) => account.record('events', id)!.type === 'lead_restored',
    );
    const keys = restored.map(({ id, version }) => `${id} ${version}`);
    expect(keys.length).toBeGreaterThan(0);
    const lost = missing(simulator, destination, 'deletions');
    expect(lost.toSorted()).toEqual(isLeftOut ? keys.toSorted() : []);
    expect(asked.at(-1)!.toSorted()).toEqual(wanted.toSorted());
  });
});

test('an answer that comes before the question is looked at does not mislead', async () => {
  await inOffice({ eventTypes: { lead_restored: 'rejected' }, prematureEnds: 0.2 }, async (office) => {
    const { account, destination, run } = office;
    for (let time = 0; time < 5; time += 1) {
      workOn(account);
      await run();
    }
    const deleted = [...account.truth('deletions')].filter(
      ({ id }) => account.record('events', id)!.type !== 'lead_restored',
    );
    expect(deleted.filter(({ id, version }) => !destination.has('deletions', id, version))).toEqual([]);
  });
});

test('what was empty is read from its beginning again: an empty answer by mistake costs one run at most', async () => {
  await inOffice({}, async ({ account, simulator, destination, run }) => {
    for (const id of account.ids('events')) account.purge('events', id);
    await run();
    workOn(account);
    simulator.faults.addNamed('early-end', { list: 'events', times: 1 });
    await run();
    await run();
    expectAll(simulator, destination);
    expect([...account.truth('deletions')].length).toBeGreaterThan(0);
  });
});

test('types that the account names are asked for too, and read from their beginning', async () => {
  await inOffice({}, async ({ account, simulator, clock, destination, run }) => {
    const more = ['customer_restored', 'catalog_element_deleted', 'catalog_element_restored'];
    await run();
    for (const key of [...more, 'note_pinned', 'entity_tag_restored']) account.create('event_types', { key });
    const [customer] = account.ids('customers');
    const [element] = account.ids('catalog_elements');
    account.remove('customers', customer!);
    account.restore('customers', customer!);
    account.remove('catalog_elements', element!);
    await run();
    clock.advance(7 * 24 * hour);
    const { asked } = await run();
    expect(asked[0]!.toSorted()).toEqual([...declared, ...more].toSorted());
    expectAll(simulator, destination);
    expect(destination.states.get('deletions')!.kinds!.split(' ').toSorted()).toEqual(more.toSorted());
    const idle = await run();
    expect(idle).toMatchObject({ events: 1, types: 0 });
    expect(idle.asked[0]!.length).toBe(declared.length + more.length);
    expect(destination.delivered).toBe(0);
  });
});
