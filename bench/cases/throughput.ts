import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { SimulatedAccount } from '../account.ts';
import type { BenchCase } from '../case.ts';
import { fastest } from '../fastest.ts';

const rounds = 3;

/** Leads with five custom fields, no limit and no latency: the whole process against a bare loop. */
export const throughput: BenchCase = {
  name: 'read, no limit',
  waits: false,
  async measure(lab) {
    const leads = lab.full ? 200_000 : 50_000;
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
      const seconds: number[] = [];
      const cpuSeconds: number[] = [];
      const pages = `${lab.folder}/pages.ndjson`;
      for (let round = 0; round < rounds; round++) {
        await account.reset();
        const run = await lab.run(['read', '--config', account.config, '--streams', 'leads']);
        seconds.push(run.seconds);
        cpuSeconds.push(run.cpuSeconds);
      }
      await keepPages(account, pages);
      const bare = await lab.bare('parse-and-stringify', [pages]);
      const details = {
        leads,
        seconds: fastest(seconds),
        cpuSeconds: fastest(cpuSeconds),
        bareRecords: bare.records!,
        bareSeconds: bare.seconds!,
      };
      const bareRate = bare.records! / bare.seconds!;
      return [
        {
          what: 'records/s ÷ bare parse and stringify',
          figure: leads / fastest(seconds) / bareRate,
          unit: 'share',
          bar: { atLeast: 0.5 },
          details,
        },
      ];
    } finally {
      await account.stop();
    }
  },
};

/** Asks for the pages of the last read once more and keeps their texts, one a line. */
async function keepPages(account: SimulatedAccount, path: string): Promise<void> {
  const file = createWriteStream(path);
  let isFirst = true;
  for (const { url, list, status } of await account.log()) {
    if (list !== 'leads' || status !== 200) continue;
    const response = await fetch(account.url + url, {
      headers: { authorization: `Bearer ${account.token}` },
    });
    file.write(`${isFirst ? '' : '\n'}${await response.text()}`);
    isFirst = false;
  }
  file.end();
  await finished(file);
}
