import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Readings } from '../../src/simulator/readings.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import type { Stream } from '../../src/stream/declaration.ts';
import { streams } from '../../streams/index.ts';
import { KeyedDestination, readStreams } from './whole-account.ts';

const named = (name: string) => streams.find((stream) => stream.name === name)!;
const talks = withPages(named('talks'), 50);

let simulator: Simulator;
let destination: KeyedDestination;
beforeEach(async () => {
  simulator = await startSimulator({ requestsPerSecond: null, rows: { talks: 300 } });
  destination = new KeyedDestination();
});
afterEach(() => simulator.close());

function withPages(stream: Stream, pageSize: number): Stream {
  return { ...stream, schema: stream.schema, lists: stream.lists.map((list) => ({ ...list, pageSize })) };
}

/** A run one hour later, with how often the list of talks was asked for and how many of them came. */
async function nextRun(
  read: readonly Stream[] = [talks],
  mode: 'incremental' | 'full_refresh' = 'incremental',
) {
  simulator.readings.clockSkew += 3_600;
  const before = destination.taken;
  const { requests, failures } = await readStreams(simulator, read, { destination, mode });
  expect([...failures.values()].map(String)).toEqual([]);
  const asked = requests.filter((path) => path === '/api/v4/talks').length;
  return { asked, came: destination.taken - before };
}

function expectAll(): void {
  const rows = new Map(destination.of('talks').map((row) => [row.talk_id, row]));
  for (const { id, version } of simulator.account.truth('talks')) {
    const row = rows.get(id);
    expect([id, row && simulator.account.versionOf('talks', row)]).toEqual([id, version]);
  }
}

test('the first run reads the whole list, the next ones only its top', async () => {
  expect(await nextRun()).toEqual({ asked: 8, came: 300 });
  expect(destination.states.get('talks')).toMatchObject({ newestFirst: 1, finished: 1 });
  expect(await nextRun()).toEqual({ asked: 1, came: 0 });
  const [first, ...others] = simulator.account.ids('talks');
  simulator.account.edit('talks', first!);
  expect(await nextRun()).toEqual({ asked: 1, came: 1 });
  simulator.account.bulkEdit('talks', others.slice(20, 100));
  expect((await nextRun()).came).toBe(80);
  expectAll();
});

describe('whole at each run, and only what has changed is sent', () => {
  test.each(['id', 'id-descending', 'updated_at', 'arbitrary'] as const)('in the order %s', async (order) => {
    simulator.readings.defaultOrder = { talks: order };
    for (const came of [300, 1, 1]) {
      const run = await nextRun();
      expect(run.asked).toBeGreaterThan(6);
      expect(run.came).toBe(came);
      expect(destination.states.get('talks')).toMatchObject({ newestFirst: 0 });
      simulator.account.edit('talks', simulator.account.ids('talks')[7]!);
    }
    await nextRun();
    expectAll();
  });

  test('where the order could as well be that of the ids', async () => {
    const now = simulator.account.now();
    const ids = simulator.account.ids('talks');
    for (const [index, id] of ids.entries()) {
      const second = now - 100_000 + index;
      simulator.account.edit('talks', id, { created_at: second, updated_at: second });
    }
    await nextRun();
    expect(destination.states.get('talks')).toMatchObject({ newestFirst: 0 });
  });
});

test.each<Readings['defaultOrder']>([{ talks: 'arbitrary' }, { talks: 'id' }, { talks: 'updated_at' }])(
  'one page in another order, and the whole list is read again: %o',
  async (order) => {
    await nextRun();
    simulator.readings.defaultOrder = order;
    const [first] = simulator.account.ids('talks');
    simulator.account.edit('talks', first!);
    expect((await nextRun()).asked).toBeGreaterThan(6);
    expect(destination.states.get('talks')).toMatchObject({ newestFirst: 0 });
    expectAll();
  },
);

describe('an empty answer is no empty list', () => {
  test.each([1, 3])('%i in a row at the first run', async (times) => {
    simulator.faults.addNamed('early-end', { list: 'talks', times });
    expect((await nextRun()).came).toBe(300);
    expectAll();
  });

  test('nor where only what hangs on it is read', async () => {
    simulator.faults.addNamed('early-end', { list: 'talks', times: 3 });
    await nextRun([named('contact_chats')], 'full_refresh');
    expect(destination.keys('contact_chats').length).toBeGreaterThan(50);
  });

  test.each(['incremental', 'full_refresh'] as const)('of a list that had rows, %s', async (mode) => {
    await nextRun();
    simulator.faults.addNamed('early-end', { list: 'talks', times: 3 });
    expect((await nextRun([talks], mode)).came).toBe(mode === 'incremental' ? 0 : 300);
    simulator.faults.addNamed('early-end', { match: ({ path }) => path.endsWith('/talks') });
    simulator.readings.clockSkew += 3_600;
    const { failures } = await readStreams(simulator, [talks], { destination, mode });
    expect(String(failures.get('talks'))).toMatch(/again and again that there is nothing/);
  });

  test('of a list that is empty', async () => {
    for (const id of simulator.account.ids('talks')) simulator.account.remove('talks', id);
    expect((await nextRun()).came).toBe(0);
    expect((await nextRun()).came).toBe(0);
  });
});

test('a talk that was known and is not met on the way down leads to the whole list', async () => {
  await nextRun();
  const [latest] = [...simulator.account.truth('talks')].sort((a, b) => b.updated_at - a.updated_at);
  simulator.account.remove('talks', latest!.id);
  expect((await nextRun()).asked).toBeGreaterThan(6);
  expect(await nextRun()).toEqual({ asked: 1, came: 0 });
});

test('a start that was moved back is read from the top too', async () => {
  const recent = simulator.account.now() - 60 * 86_400;
  await readStreams(simulator, [talks], { destination, mode: 'incremental', startDate: recent });
  expect(destination.of('talks').length).toBeLessThan(200);
  expect(Math.min(...destination.of('talks').map((row) => Number(row.updated_at)))).toBeGreaterThan(recent);
  await nextRun();
  expectAll();
});

test('what hangs on the talks shares their list, and lists only what has changed', async () => {
  const both = [talks, withPages(named('talk_messages'), 50)];
  both[1] = {
    ...both[1]!,
    schema: both[1]!.schema,
    lists: both[1]!.lists.map((list) => ({ ...list, parent: { ...list.parent!, list: talks.lists[0]! } })),
  };
  expect((await nextRun(both)).asked).toBe(8);
  // What was looked at while it was listed is looked at once more.
  await nextRun(both);
  expect(await nextRun(both)).toEqual({ asked: 1, came: 0 });
  simulator.account.create('talk_messages');
  expect(await nextRun(both)).toEqual({ asked: 1, came: 2 });
});

test('a full refresh finds what moves to the top before the reader comes to it', async () => {
  await simulator.close();
  let turn = 0;
  simulator = await startSimulator({
    requestsPerSecond: null,
    rows: { talks: 300 },
    onRequest: ({ path }) => {
      if (!path.endsWith('/talks')) return;
      turn += 1;
      const lowest = [...simulator.account.truth('talks')].sort((a, b) => a.updated_at - b.updated_at);
      if (turn > 1 && turn < 6) for (const { id } of lowest.slice(0, 30)) simulator.account.edit('talks', id);
    },
  });
  await nextRun([talks], 'full_refresh');
  expect(destination.keys('talks')).toHaveLength(300);
});
