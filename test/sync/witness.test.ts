import { expect, test } from 'vitest';
import { type Account, type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import type { StreamState } from '../../src/sync/state.ts';
import { streams } from '../../streams/index.ts';
import { Destination, read } from '../property/reading.ts';
import { createVirtualClock, type VirtualClock } from '../property/virtual-clock.ts';

const names = ['leads', 'contacts', 'companies', 'customers'];
const told = streams.filter(({ name }) => names.includes(name));
const leads = streams.filter(({ name }) => name === 'leads');

interface Office {
  account: Account;
  simulator: Simulator;
  clock: VirtualClock;
  destination: Destination;
  run: (options?: Partial<Parameters<typeof read>[0]>) => ReturnType<typeof read>;
}

/** An account whose links and tags leave `updated_at` alone, read once. */
async function inOffice(
  sizes: Record<string, number>,
  use: (office: Office) => Promise<void>,
): Promise<void> {
  const clock = createVirtualClock();
  const readings = { linksTouch: false, tagsTouch: false, mergesTouch: false, restoresTouch: false };
  const small = { leads: 30, contacts: 20, companies: 10, customers: 10, tasks: 0, events: 5 };
  const simulator = await startSimulator({
    ...{ clock, readings, requestsPerSecond: null, compress: false, recordEvents: true },
    ...{ ...small, ...sizes },
  });
  const destination = new Destination();
  const run: Office['run'] = (options = {}) =>
    read({ simulator, clock, streams: told, mode: 'incremental', destination, ...options });
  try {
    await run();
    clock.advance(3_600_000);
    await use({ account: simulator.account, simulator, clock, destination, run });
  } finally {
    await simulator.close();
  }
}

function delivered({ events }: Destination): unknown[] {
  return events.flatMap((event) =>
    event.type === 'records' ? event.records.map(({ data }) => `${event.stream} ${data.id}`) : [],
  );
}

const eventRequests = ({ statistics }: Simulator) =>
  statistics.log.filter(({ list }) => list === 'events').length;

test('a first run and a full refresh do not ask the event log', async () => {
  await inOffice({}, async ({ simulator, run }) => {
    expect(eventRequests(simulator)).toBe(0);
    await run({ mode: 'full_refresh' });
    expect(eventRequests(simulator)).toBe(0);
  });
});

test('an idle run makes one request more for all streams together', async () => {
  await inOffice({}, async ({ account, simulator, clock, run }) => {
    for (const tag of ['one', 'two']) {
      account.tag('leads', account.ids('leads')[0]!, tag);
      clock.advance(3_600_000);
      await run();
    }
    for (let time = 0; time < 3; time++) {
      clock.advance(3_600_000);
      simulator.statistics.reset();
      await run();
      expect(eventRequests(simulator)).toBe(1);
      expect(simulator.statistics.log.filter(({ url }) => url.includes('filter%5Bid%5D'))).toEqual([]);
    }
  });
});

test('an event is acted on once, although the lookback brings it again', async () => {
  await inOffice({}, async ({ account, clock, destination, run }) => {
    const [lead] = account.ids('leads');
    account.tag('leads', lead!, 'one');
    clock.advance(60_000);
    await run();
    expect(delivered(destination)).toEqual([`leads ${lead}`]);
    clock.advance(60_000);
    await run();
    expect(delivered(destination)).toEqual([]);
  });
});

test('500 links among 20,000 leads cost their pages and little more', async () => {
  await inOffice({ leads: 20_000, contacts: 20 }, async ({ account, simulator, clock, destination, run }) => {
    const [contact] = account.ids('contacts');
    account.tag('leads', account.ids('leads')[0]!, 'one');
    clock.advance(3_600_000);
    await run({ streams: leads });
    clock.advance(3_600_000);
    const linked = account.ids('leads').slice(1, 501);
    for (const lead of linked) {
      account.link('leads', lead, 'contacts', contact!);
      clock.advance(2_000);
    }
    clock.advance(3_600_000);
    const before = structuredClone(destination.states);
    const { requests: without } = await run({ streams: leads, witness: false });
    destination.states.clear();
    for (const [name, state] of before) destination.states.set(name, state);
    const { requests } = await run({ streams: leads });
    expect(new Set(delivered(destination)).size).toBeGreaterThanOrEqual(500);
    const pages = Math.ceil(eventsOf(account).length / 250);
    if (process.env.KOMMO_SHOW_COST)
      process.stderr.write(
        `500 links: ${requests} requests, ${without} without, ${eventRequests(simulator)} of all for events\n`,
      );
    expect(requests - without).toBeLessThanOrEqual(500 / 250 + pages + 5);
  });
});

test.each([
  ['asked for by type, it costs what matters', 'honoured', 5],
  // Where types are overlooked, all of it has to be read.
  ['where types are overlooked, its pages', 'ignored', (100_000 / 250) * 1.15 + 12],
] as const)(
  'the log of a busy day: %s',
  async (_, eventTypes, most) => {
    await inOffice({ leads: 300 }, async ({ account, simulator, clock, destination, run }) => {
      await run();
      simulator.readings.eventTypes = eventTypes;
      const at = account.now();
      account.import({
        ...{ stream: 'events', count: 100_000, at, over: 86_400 },
        record: { type: 'robot_replied', entity_type: 'lead', entity_id: account.ids('leads')[0] },
      });
      const tagged = account.ids('leads').slice(0, 24);
      for (const lead of tagged) {
        account.tag('leads', lead, 'busy');
        clock.advance(3_600_000);
      }
      clock.advance(3_600_000);
      simulator.statistics.reset();
      await run();
      expect(delivered(destination).sort()).toEqual(tagged.map((lead) => `leads ${lead}`).sort());
      if (process.env.KOMMO_SHOW_COST)
        process.stderr.write(
          `a busy day, types ${eventTypes}: ${eventRequests(simulator)} requests for events\n`,
        );
      expect(eventRequests(simulator)).toBeLessThanOrEqual(most);
    });
  },
  120_000,
);

function eventsOf(account: Account): unknown[] {
  return account.ids('events').filter((id) => /_linked$/.test(String(account.record('events', id)?.type)));
}

test('a log that is refused is one warning; the state waits for it', async () => {
  await inOffice({}, async ({ account, simulator, clock, destination, run }) => {
    const before = destination.states.get('leads')!.witness!.through;
    account.tag('leads', account.ids('leads')[0]!, 'one');
    simulator.readings.refused = { events: 403 };
    clock.advance(60_000);
    const warnings: string[] = [];
    const log = (level: string, message: string) => void (level === 'warn' && warnings.push(message));
    const { failures } = await run({ log });
    expect([failures?.size, warnings.length]).toEqual([0, 1]);
    expect(warnings[0]).toMatch(/^the log of events is refused \(403: it needs /);
    const state = destination.states.get('leads') as StreamState;
    expect([state.finished, state.witness!.through]).toEqual([1, before]);
    simulator.readings.refused = 'no';
    clock.advance(3_600_000);
    await run();
    expect(delivered(destination)).toEqual([`leads ${account.ids('leads')[0]}`]);
  });
});

test('a record that the log names and the account does not have is said to be gone', async () => {
  await inOffice({}, async ({ account, clock, destination, run }) => {
    const [winner, loser] = account.ids('leads');
    account.tag('leads', loser!, 'one');
    account.merge('leads', winner!, loser!);
    clock.advance(60_000);
    await run();
    const gone = destination.events.filter(({ type }) => type === 'gone');
    expect(gone).toMatchObject([{ stream: 'leads', ids: [loser] }]);
    expect(delivered(destination)).toContain(`leads ${winner}`);
    clock.advance(60_000);
    await run();
    expect(destination.events.filter(({ type }) => type === 'gone')).toEqual([]);
  });
});

test('a record that the token may not see says nothing, and the others are brought', async () => {
  await inOffice({}, async ({ account, simulator, clock, destination, run }) => {
    const [seen, hidden] = account.ids('leads');
    for (const lead of [seen, hidden]) account.tag('leads', lead!, 'one');
    simulator.faults.addNamed('forbidden', { match: ({ path }) => path.endsWith(`/${hidden}`) });
    account.purge('leads', hidden!);
    clock.advance(60_000);
    const { failures } = await run();
    expect(failures?.size).toBe(0);
    expect(delivered(destination)).toEqual([`leads ${seen}`]);
    expect(destination.events.filter(({ type }) => type === 'gone')).toEqual([]);
  });
});

test('a list that fails when it is asked by id leaves the others alone', async () => {
  await inOffice({}, async ({ account, simulator, clock, destination, run }) => {
    const [lead] = account.ids('leads');
    const [contact] = account.ids('contacts');
    account.link('leads', lead!, 'contacts', contact!);
    clock.advance(60_000);
    simulator.faults.addNamed('server-error', {
      ...{ list: 'leads', match: ({ parameters }) => parameters.has('filter[id][]') },
    });
    const { failures } = await run();
    expect([...failures!.keys()]).toEqual(['leads']);
    expect(delivered(destination)).toEqual([`contacts ${contact}`]);
    simulator.faults.clear();
    await run();
    expect(delivered(destination)).toEqual([`leads ${lead}`]);
  });
});

test('switched off, the log is not asked, and is caught up with when it is switched on again', async () => {
  await inOffice({}, async ({ account, simulator, clock, destination, run }) => {
    const [lead] = account.ids('leads');
    account.tag('leads', lead!, 'one');
    clock.advance(3_600_000);
    await run({ witness: false });
    expect([eventRequests(simulator), delivered(destination)]).toEqual([0, []]);
    clock.advance(3_600_000);
    await run();
    expect(delivered(destination)).toEqual([`leads ${lead}`]);
  });
});
