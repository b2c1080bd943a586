import { expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { Destination, missing, read } from '../property/reading.ts';
import { streamOf } from '../property/scenario.ts';
import { createVirtualClock, type VirtualClock } from '../property/virtual-clock.ts';
import { only, withAccount } from './with-account.ts';

test.each([
  ['leads', 1, 20_000, 1],
  ['leads', 12, 20_000, 5],
])(
  '%s: a full refresh of %i that somebody always edits comes to an end',
  async (name, count, pace, edits) => {
    const clock = createVirtualClock();
    let asked = 0;
    const stop = new AbortController();
    const simulator = await startSimulator({
      ...{ clock, requestsPerSecond: null, leads: 0, contacts: 0, companies: 0, tasks: 0, events: 0 },
      rows: { [name]: count },
      readings: { next: 'always' },
      onRequest: () => {
        clock.advance(pace);
        const { account } = simulator;
        const ids = account.ids(name).filter((id) => account.has(name, id));
        // Every record changes again before long.
        for (let each = 0; each < Math.min(edits, count); each += 1)
          account.edit(name, ids[asked++ % ids.length]!);
        if (asked > 4_000) stop.abort();
      },
    });
    const destination = new Destination();
    const { failures, requests } = await read({
      ...{ simulator, clock, mode: 'full_refresh', destination, signal: stop.signal },
      streams: [streamOf({ stream: name, pageSize: 50 })],
    });
    expect(failures?.size).toBe(0);
    expect(requests).toBeLessThan(120);
    // Each has come, if not in the version that somebody has just made.
    const came = [...destination.versions.get(name)!].map((version) => version.split(' ')[0]);
    expect(new Set(came).size).toBe(count);
    await simulator.close();
  },
);

test('rows of one second do not show that the list is sorted, so what came meanwhile is looked for behind them', async () => {
  let isMade = false;
  const onRequest = () => {
    const { leads = 0 } = simulator?.statistics.byList ?? {};
    if (leads < 2 || isMade) return;
    isMade = true;
    for (let each = 0; each < 3; each += 1) simulator!.account.create('leads');
  };
  let simulator: Simulator | undefined;
  await withAccount({ readings: { order: 'ignored' }, onRequest }, async (opened, clock) => {
    simulator = opened;
    const { account } = opened;
    account.import({ stream: 'leads', count: 260, at: account.now() - 5_000 });
    const destination = new Destination();
    const options = { simulator: opened, clock, destination, streams: only('leads'), readers: 1 };
    const { failures } = await read({ ...options, mode: 'full_refresh' });
    expect([...failures!.values()].map(String)).toEqual([]);
    expect(isMade).toBe(true);
    expect(missing(opened, destination, 'leads')).toEqual([]);
  });
});

test('people who change more than a page in the minute that a server is behind are waited for', async () => {
  let simulator: Simulator | undefined;
  let clock: VirtualClock | undefined;
  let changed = 0;
  let began = 0;
  const onRequest = () => {
    if (simulator === undefined || clock === undefined) return;
    clock.advance(143);
    const { account } = simulator;
    const ids = account.ids('leads');
    // Seven records a second, for ten minutes.
    const due = Math.min(600, account.now() - began) * 7;
    for (; changed < due; changed += 1)
      account.edit('leads', ids[changed % ids.length]!, { updated_at: began + Math.floor(changed / 7) });
  };
  const readings = { strayDate: -60 };
  await withAccount({ leads: 700, readings, onRequest }, async (opened, itsClock) => {
    [simulator, clock, began] = [opened, itsClock, opened.account.now() - 120];
    const destination = new Destination();
    const streams = [streamOf({ stream: 'leads', pageSize: 50 })];
    const options = { simulator, clock, destination, streams, readers: 1 };
    const { failures, requests } = await read({ ...options, mode: 'full_refresh' });
    expect([...failures!.values()].map(String)).toEqual([]);
    expect(requests).toBeLessThan(400);
    const came = [...destination.versions.get('leads')!].map((version) => version.split(' ')[0]);
    expect(new Set(came).size).toBe(700);
  });
});
