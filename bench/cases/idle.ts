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
      const { account: _, ...byStream } = (await account.statistics()).byList;
      const byList: Record<string, number> = {};
      for (const { url } of await account.log()) {
        const { pathname, searchParams } = new URL(url, account.url);
        // Three streams read the events, each those of other types.
        const types = [...searchParams].filter(([name]) => name.startsWith('filter[type]'));
        const list = [pathname, ...types.map(([, type]) => type)].join(' ');
        if (pathname !== '/api/v4/account') byList[list] = (byList[list] ?? 0) + 1;
      }
      return [
        {
          what: 'requests of the busiest list',
          figure: Math.max(...Object.values(byList)),
          unit: 'count',
          bar: { atMost: 2 },
          details: { ...byStream, ...byList },
        },
      ];
    } finally {
      await account.stop();
    }
  },
};
