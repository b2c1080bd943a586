import { describe, expect, test } from 'vitest';
import { Destination, missing, read } from '../property/reading.ts';
import { only, withAccount } from './with-account.ts';

const day = 86_400;

describe.each([day, -day, 3_600, -3_600, 60, -60])(
  'one server among three is %i seconds off',
  (strayDate) => {
    test.each(['leads', 'tasks', 'events'])('%s: no later run is silenced', async (name) => {
      await withAccount({ [name]: 60, readings: { strayDate } }, async (simulator, clock) => {
        const destination = new Destination();
        const options = { simulator, clock, destination, streams: only(name), mode: 'incremental' as const };
        for (let run = 0; run < 5; run += 1) {
          const { failures } = await read(options);
          expect([...failures!.values()].map(String)).toEqual([]);
          expect(missing(simulator, destination, name)).toEqual([]);
          clock.advance(3_600_000 * 4);
          const ids = simulator.account.ids(name).slice(run * 5, run * 5 + 5);
          for (const id of ids) {
            if (name === 'events') simulator.account.addEvent();
            else simulator.account.edit(name, id);
          }
          clock.advance(600_000);
        }
      });
    });
  },
);

describe('a start_date that moves', () => {
  test.each(['leads', 'tasks', 'events'])('%s: back, or away, and the gap is read', async (name) => {
    await withAccount({ [name]: 300 }, async (simulator, clock) => {
      const destination = new Destination();
      const now = Math.floor(clock.now() / 1000);
      const options = { simulator, clock, destination, streams: only(name), mode: 'incremental' as const };
      for (const days of [30, 200, 90, 400, undefined]) {
        const startDate = days === undefined ? undefined : now - days * day;
        const { failures } = await read({ ...options, startDate });
        expect([...failures!.values()].map(String)).toEqual([]);
        const lost = [...simulator.account.truth(name)].filter(
          ({ id, version, updated_at }) =>
            updated_at >= (startDate ?? 0) && !destination.has(name, id, version),
        );
        expect(lost, `${days} days`).toEqual([]);
        clock.advance(3_600_000);
      }
      await read({ ...options, startDate: undefined });
      expect(destination.delivered).toBeLessThan(10);
    });
  });
});
