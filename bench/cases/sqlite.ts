import { rmSync } from 'node:fs';
import type { BenchCase } from '../case.ts';
import { fastest, fastestRun } from '../fastest.ts';
import type { Finished } from '../program.ts';

const rounds = 3;

/** Filling a SQLite file with leads, no limit and no latency: the whole process, and the sink by itself. */
export const sqlite: BenchCase = {
  name: 'sync to SQLite, no limit',
  waits: false,
  async measure(lab) {
    const leads = lab.full ? 200_000 : 40_000;
    const flags = { leads, contacts: 10, companies: 10, tasks: 0, events: 0, rate: 'unlimited' };
    const account = await lab.account({ flags, settings: { requests_per_second: 1_000_000 } });
    const file = `${lab.folder}/kommo.db`;
    const copy = `${lab.folder}/bare.db`;
    const remove = (path: string) => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    };
    /** Runs a bare loop that writes into the second file, every lead of the account. */
    const bare = async (name: string, args: readonly string[]) => {
      remove(copy);
      const run = await lab.bare(name, [...args, copy]);
      const { records, seconds } = JSON.parse(run.tail);
      if (records !== leads) throw new Error(`bare ${name} wrote ${records} of ${leads} leads`);
      return { ...run, inLoop: seconds as number };
    };
    try {
      const sync: Finished[] = [];
      const bareSync: Finished[] = [];
      const sink: number[] = [];
      const upserts: number[] = [];
      for (let round = 0; round < rounds; round++) {
        bareSync.push(await bare('sync', [account.url, account.token]));
        remove(file);
        sync.push(await lab.run(['sync', '--config', account.config, '--to', file, '--streams', 'leads']));
        upserts.push((await bare('upserts', [file])).inLoop);
        sink.push((await bare('sink', [file])).inLoop);
      }
      const whole = fastestRun(sync);
      const wholeBare = fastestRun(bareSync);
      const details = {
        leads,
        seconds: whole.seconds,
        bareSeconds: wholeBare.seconds,
        cpuSeconds: whole.cpuSeconds,
        bareCpuSeconds: wholeBare.cpuSeconds,
        sinkSeconds: fastest(sink),
        upsertSeconds: fastest(upserts),
        shareOfUpserts: fastest(upserts) / whole.seconds,
        bareShareOfUpserts: fastest(upserts) / wholeBare.seconds,
      };
      const bar = { atLeast: 0.6 };
      return [
        {
          what: 'rows/s ÷ bare read and upserts',
          figure: wholeBare.seconds / whole.seconds,
          unit: 'share',
          bar,
          details,
        },
        {
          what: 'rows per second of processor ÷ bare read and upserts',
          figure: wholeBare.cpuSeconds / whole.cpuSeconds,
          unit: 'share',
          bar,
        },
        {
          what: 'rows/s of the sink ÷ bare upserts',
          figure: fastest(upserts) / fastest(sink),
          unit: 'share',
          bar,
        },
      ];
    } finally {
      await account.stop();
    }
  },
};
