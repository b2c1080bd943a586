import type { BenchCase } from '../case.ts';
import { rateUse } from '../rate.ts';

const permitted = 7;

/** More than a thousand requests of a list that can be divided, at answers that take very long. */
function longLatency(list: 'leads' | 'events', latency: number, atLeast: number): BenchCase {
  return {
    name: `${list} alone, ${latency / 1000} s`,
    waits: true,
    onlyInFull: true,
    async measure(lab) {
      const sizes = list === 'leads' ? { leads: 260_000, events: 0 } : { leads: 500, events: 200_000 };
      const flags = { ...sizes, contacts: 10, companies: 10, tasks: 0 };
      const account = await lab.account({ flags: { ...flags, rate: permitted, latency, jitter: 0.3 } });
      try {
        await lab.ready();
        await lab.run(['read', '--config', account.config, '--streams', list]);
        const { used, seconds, requests } = rateUse(await account.log(), permitted);
        const { rateLimited } = await account.statistics();
        const details = { latency, seconds, requests, rateLimited };
        return [{ what: 'rate used', figure: used, unit: 'share', bar: { atLeast }, details }];
      } finally {
        await account.stop();
      }
    },
  };
}

/** At twenty seconds, 64 requests in flight are 3.2 a second: that many bound it, not the limit. */
export const longLatencyCases = [
  longLatency('leads', 5_000, 0.9),
  longLatency('events', 5_000, 0.9),
  longLatency('leads', 20_000, 0.35),
];
