import type { BenchCase } from '../case.ts';
import { fastestRun } from '../fastest.ts';
import type { Finished } from '../program.ts';

const rounds = 3;

/** Leads with five custom fields, no limit and no latency: the whole process, and what it does with a page by itself. */
export const throughput: BenchCase = {
  name: 'read, no limit',
  waits: false,
  async measure(lab) {
    const leads = lab.full ? 200_000 : 40_000;
    const flags = {
      leads,
      contacts: 10,
      companies: 10,
      tasks: 0,
      events: 0,
      rate: 'unlimited',
      'custom-fields': 5,
    };
    const account = await lab.account({ flags, settings: { requests_per_second: 1_000_000 } });
    try {
      const program: Finished[] = [];
      const bare: Finished[] = [];
      for (let round = 0; round < rounds; round++) {
        bare.push(await lab.bare('read', [account.url, account.token]));
        program.push(await lab.run(['read', '--config', account.config, '--streams', 'leads']));
      }
      const pages = `${lab.folder}/pages.ndjson`;
      const engine = inMemory(await lab.bare('engine', [account.url, account.token, pages]));
      if (engine.records !== leads) throw new Error(`the engine read ${engine.records} of ${leads} leads`);
      const loop = inMemory(await lab.bare('parse-and-stringify', [pages]));
      const whole = fastestRun(program);
      const wholeBare = fastestRun(bare);
      const loopSeconds = (loop.seconds / loop.records) * leads;
      const details = {
        leads,
        seconds: whole.seconds,
        bareSeconds: wholeBare.seconds,
        cpuSeconds: whole.cpuSeconds,
        bareCpuSeconds: wholeBare.cpuSeconds,
        loopSeconds,
        engineSeconds: engine.seconds,
        shareOfLoop: loopSeconds / whole.seconds,
        bareShareOfLoop: loopSeconds / wholeBare.seconds,
      };
      const bar = { atLeast: 0.5 };
      return [
        {
          what: 'records/s ÷ bare read',
          figure: wholeBare.seconds / whole.seconds,
          unit: 'share',
          bar,
          details,
        },
        {
          what: 'records per second of processor ÷ bare read',
          figure: wholeBare.cpuSeconds / whole.cpuSeconds,
          unit: 'share',
          bar,
        },
        {
          what: 'records/s of the engine ÷ bare loop',
          figure: loopSeconds / engine.seconds,
          unit: 'share',
          bar,
        },
      ];
    } finally {
      await account.stop();
    }
  },
};

/** What a program says that measures itself. */
function inMemory({ tail }: Finished): { records: number; seconds: number } {
  return JSON.parse(tail);
}
