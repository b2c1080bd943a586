import type { BenchCase } from '../case.ts';
import type { Lab } from '../lab.ts';
import { answeredUse } from '../rate.ts';

const permitted = 7;
const latency = 250;
/** So many requests count, from the first one on: what is learned of the line is part of the figure. */
const requests = 300;

/** The spreads of the plot, in milliseconds. */
export const spreads = [0, 20, 40, 80, 150, 300];

/** Requests arrive unevenly, and the account counts them as they arrive. */
function spreadCase(name: string, spread: number, limit: string, tags: { spread?: number } = {}): BenchCase {
  return {
    name,
    waits: true,
    async measure(lab) {
      const { use, refused } = await read(lab, { spread, limit });
      const best = permitted / (1 + spread / 1000);
      return [
        {
          what: 'rate used ÷ best steady rate',
          figure: use.perSecond / best,
          unit: 'share',
          bar: { atLeast: spread === 0 ? 0.95 : 0.92 },
          details: { ...tags, ofPermitted: use.perSecond / permitted, seconds: use.seconds },
        },
        {
          what: 'requests refused',
          figure: refused / requests,
          unit: 'share',
          bar: { atMost: spread === 0 ? 0 : 0.015 },
        },
      ];
    },
  };
}

async function read(lab: Lab, line: { spread: number; limit: string }) {
  const flags = { leads: 20_000, rate: permitted, latency, jitter: 0.3, ...line };
  const account = await lab.account({ flags });
  try {
    await account.warmUp();
    await lab.ready();
    await lab.run(['read', '--config', account.config, '--streams', 'leads,contacts,companies,tasks,events']);
    return answeredUse(await account.log(), requests);
  } finally {
    await account.stop();
  }
}

export const spreadCases: readonly BenchCase[] = [
  ...spreads.map((spread) => spreadCase(`spread of ${spread} ms`, spread, 'sliding', { spread })),
  spreadCase('spread of 150 ms, calendar seconds', 150, 'calendar'),
  spreadCase('spread of 150 ms, leaky bucket', 150, 'bucket'),
];
