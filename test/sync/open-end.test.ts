import { expect, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { Destination, read } from '../property/reading.ts';
import { streamOf } from '../property/scenario.ts';
import { createVirtualClock } from '../property/virtual-clock.ts';

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
