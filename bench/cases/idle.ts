import type { BenchCase } from '../case.ts';

/** A second sync of an account in which nothing has happened since the first. */
export const idle: BenchCase = {
  name: 'idle incremental run',
  waits: false,
  async measure(lab) {
    const account = await lab.account({
      flags: { leads: 3_000, rate: 'unlimited' },
      settings: { requests_per_second: 1_000 },
    });
    const sync = ['sync', '--config', account.config, '--to', `${lab.folder}/idle.db`];
    try {
      await lab.run(sync);
      await account.reset();
      await lab.run(sync);
      const { account: _, ...byList } = (await account.statistics()).byList;
      return [
        {
          what: 'requests of the busiest stream',
          figure: Math.max(...Object.values(byList)),
          unit: 'count',
          bar: { atMost: 2 },
          details: byList,
        },
      ];
    } finally {
      await account.stop();
    }
  },
};
