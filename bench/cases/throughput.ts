import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { SimulatedAccount } from '../account.ts';
import type { BenchCase } from '../case.ts';
import { fastest } from '../fastest.ts';
import type { Finished } from '../program.ts';

const rounds = 3;

/** Leads with five custom fields, no limit and no latency: the whole process against a bare loop's. */
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
      const program: Finished[] = [];
      const bare: Finished[] = [];
      for (let round = 0; round < rounds; round++) {
        bare.push(await lab.bare('read', [account.url, account.token]));
        await account.reset();
        program.push(await lab.run(['read', '--config', account.config, '--streams', 'leads']));
      }
      const pages = `${lab.folder}/pages.ndjson`;
      await keepPages(account, pages);
      const loop = await lab.bare('parse-and-stringify', [pages]);
      const { records, seconds } = JSON.parse(loop.tail);
      const secondsOf = (runs: Finished[]) => fastest(runs.map((run) => run.seconds));
      const cpuOf = (runs: Finished[]) => fastest(runs.map((run) => run.cpuSeconds));
      const loopSeconds = (seconds / records) * leads;
      const details = {
        leads,
        seconds: secondsOf(program),
        bareSeconds: secondsOf(bare),
        cpuSeconds: cpuOf(program),
        bareCpuSeconds: cpuOf(bare),
        loopSeconds,
        shareOfLoop: loopSeconds / secondsOf(program),
        bareShareOfLoop: loopSeconds / secondsOf(bare),
      };
      const bar = { atLeast: 0.5 };
      return [
        {
          what: 'records/s ÷ bare read',
          figure: secondsOf(bare) / secondsOf(program),
          unit: 'share',
          bar,
          details,
        },
        {
          what: 'records per second of processor ÷ bare read',
          figure: cpuOf(bare) / cpuOf(program),
          unit: 'share',
          bar,
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
