import type { BenchCase } from '../case.ts';
import type { Lab } from '../lab.ts';
import { rateUse } from '../rate.ts';

const permitted = 7;
const jitter = 0.3;

/** What Kommo's limit lets through, and how much of it a read of these streams uses. */
interface Work {
  streams: string;
  /** The account at full size, and where that takes minutes a smaller one. */
  flags(full: boolean): Record<string, number>;
  atLeast: number;
}

const allStreams: Work = {
  streams: 'leads,contacts,companies,pipelines,statuses,tasks,events,users',
  flags: (full) => ({ leads: full ? 30_000 : 12_000 }),
  atLeast: 0.95,
};
const noOthers = { contacts: 10, companies: 10, tasks: 0 };
const leadsAlone: Work = {
  streams: 'leads',
  flags: () => ({ leads: 60_000, events: 0, ...noOthers }),
  atLeast: 0.9,
};
const eventsAlone: Work = {
  streams: 'events',
  flags: () => ({ events: 60_000, leads: 500, ...noOthers }),
  atLeast: 0.9,
};

/** The latencies of the plot; the bars are set for three of them. */
export const latencies = [50, 100, 250, 500, 1000];
const barred = [50, 250, 1000];

function rateCase(name: string, work: Work, latency: number): BenchCase {
  return {
    name: `${name}, ${latency} ms`,
    waits: true,
    async measure(lab) {
      const { use, rateLimited, busiestSecond } = await read(lab, work, latency);
      const { used, seconds, requests } = use;
      const details = { latency, requests, seconds };
      return [
        { what: 'rate used', figure: used, unit: 'share', bar: { atLeast: work.atLeast }, details },
        { what: '429 answers', figure: rateLimited, unit: 'count', bar: { atMost: 0 } },
        {
          what: 'requests in the busiest second',
          figure: busiestSecond,
          unit: 'count',
          bar: { atMost: permitted },
        },
      ];
    },
  };
}

async function read(lab: Lab, work: Work, latency: number) {
  const flags = { ...work.flags(lab.full), rate: permitted, latency, jitter };
  const account = await lab.account({ flags });
  try {
    await account.warmUp();
    await lab.ready();
    await lab.run(['read', '--config', account.config, '--streams', work.streams]);
    const { rateLimited, busiestSecond } = await account.statistics();
    return { use: rateUse(await account.log(), permitted), rateLimited, busiestSecond };
  } finally {
    await account.stop();
  }
}

export const rateCases: readonly BenchCase[] = [
  ...latencies.map((latency) => rateCase('all eight streams', allStreams, latency)),
  ...barred.map((latency) => rateCase('leads alone', leadsAlone, latency)),
  ...barred.map((latency) => rateCase('events alone', eventsAlone, latency)),
];
