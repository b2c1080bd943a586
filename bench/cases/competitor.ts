import type { LoggedRequest } from '../../src/simulator/statistics.ts';
import type { BenchCase } from '../case.ts';

const permitted = 7;
const taken = 3.5;
const left = permitted - taken;
/** The rate is settled when so many milliseconds pass with what is left well used and hardly a refusal. */
const span = 10_000;
const wellUsed = 0.8;
const hardlyRefused = 0.05;

/** Another program eats half of the budget from the start. */
export const competitor: BenchCase = {
  name: 'another program takes half',
  waits: true,
  async measure(lab) {
    const leads = lab.full ? 60_000 : 25_000;
    const flags = {
      leads,
      contacts: 10,
      companies: 10,
      tasks: 0,
      events: 0,
      competitor: taken,
      latency: 250,
    };
    const account = await lab.account({ flags: { ...flags, rate: permitted, jitter: 0.3 } });
    try {
      await account.warmUp();
      await lab.ready();
      await lab.run(['read', '--config', account.config, '--streams', 'leads']);
      const { requests, rateLimited } = await account.statistics();
      const log = await account.log();
      const details = { requests, rateLimited, seconds: (log.at(-1)!.at - log[0]!.at) / 1000 };
      return [
        {
          what: 'seconds until settled',
          figure: settledAfter(log),
          unit: 'seconds',
          bar: { atMost: 10 },
          details,
        },
        {
          what: 'requests refused',
          figure: rateLimited / requests,
          unit: 'share',
          bar: { atMost: 0.05 },
        },
      ];
    } finally {
      await account.stop();
    }
  },
};

/** Seconds from the first request to the first moment from which ten seconds pass as they should; infinite when none. */
function settledAfter(log: readonly LoggedRequest[]): number {
  const arrivals = [...log].sort((a, b) => a.at - b.at);
  const end = arrivals.at(-1)!.at;
  for (const { at } of arrivals) {
    if (at + span > end) break;
    const during = arrivals.filter((request) => request.at >= at && request.at < at + span);
    const refused = during.filter(({ status }) => status === 429).length;
    const isUsed = during.length - refused >= wellUsed * left * (span / 1000);
    if (isUsed && refused < hardlyRefused * during.length) return (at - arrivals[0]!.at) / 1000;
  }
  return Number.POSITIVE_INFINITY;
}
