import type { BenchCase } from '../case.ts';

/** Pages of more than 100 records are answered with 504: at once, or after twenty seconds. */
function heavyPages(name: string, fault: 'heavy' | 'heavy-late', onlyInFull: boolean): BenchCase {
  return {
    name,
    waits: true,
    onlyInFull,
    async measure(lab) {
      const leads = 5_000;
      const flags = { leads, contacts: 10, companies: 10, tasks: 0, events: 0, rate: 7, latency: 50 };
      const account = await lab.account({ flags: { ...flags, fault } });
      try {
        await lab.ready();
        const { tail } = await lab.run(['read', '--config', account.config, '--streams', 'leads', '--debug']);
        const delivered = Number(/Read (\d+) records from leads/.exec(tail)?.[1]);
        const { requests, byStatus } = await account.statistics();
        return [
          {
            what: 'records delivered',
            figure: delivered / leads,
            unit: 'share',
            bar: { atLeast: 1 },
            details: { requests, timeouts: byStatus['504'] ?? 0 },
          },
        ];
      } finally {
        await account.stop();
      }
    },
  };
}

export const heavyPageCases = [
  heavyPages('504 above a page size', 'heavy', false),
  heavyPages('504 above a page size, after 20 s', 'heavy-late', true),
];
