import type { BenchCase } from '../case.ts';
import { rateUse } from '../rate.ts';

const permitted = 7;

/** A thousand requests of a list that can be divided, at answers that take very long. */
function longLatency(latency: number, atLeast: number): BenchCase {
  return {
    name: `events alone, ${latency / 1000} s`,
    waits: true,
    onlyInFull: true,
    async measure(lab) {
      const flags = { events: 110_000, leads: 500, contacts: 10, companies: 10, tasks: 0 };
      const account = await lab.account({ flags: { ...flags, rate: permitted, latency, jitter: 0.3 } });
      try {
        await lab.ready();
        await lab.run(['read', '--config', account.config, '--streams', 'events']);
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
export const longLatencyCases = [longLatency(5_000, 0.9), longLatency(20_000, 0.35)];
