import { rmSync } from 'node:fs';
import type { BenchCase } from '../case.ts';
import { fastest } from '../fastest.ts';

const rounds = 3;

/** Filling a SQLite file with leads, no limit and no latency, against upserts of rows that are there already. */
export const sqlite: BenchCase = {
  name: 'sync to SQLite, no limit',
  waits: false,
  async measure(lab) {
    const leads = lab.full ? 200_000 : 50_000;
    const flags = { leads, contacts: 10, companies: 10, tasks: 0, events: 0, rate: 'unlimited' };
    const account = await lab.account({ flags, settings: { requests_per_second: 1_000_000 } });
    const file = `${lab.folder}/kommo.db`;
    const copy = `${lab.folder}/bare.db`;
    const remove = (path: string) => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    };
    try {
      const sync: number[] = [];
      const bare: number[] = [];
      for (let round = 0; round < rounds; round++) {
        remove(file);
        sync.push(
          (await lab.run(['sync', '--config', account.config, '--to', file, '--streams', 'leads'])).seconds,
        );
        remove(copy);
        const upserts = await lab.bare('upserts', [file, copy]);
        if (upserts.records !== leads) throw new Error(`sync wrote ${upserts.records} of ${leads} leads`);
        bare.push(upserts.seconds!);
      }
      return [
        {
          what: 'rows/s ÷ bare upserts',
          figure: fastest(bare) / fastest(sync),
          unit: 'share',
          bar: { atLeast: 0.6 },
          details: { leads, seconds: fastest(sync), bareSeconds: fastest(bare) },
        },
      ];
    } finally {
      await account.stop();
    }
  },
};
