import type { BenchCase, Measurement } from '../case.ts';
import type { Lab } from '../lab.ts';

const megabyte = 1024 * 1024;
const slow = 1_000_000;
/** In the quick run a slow reader is slow for so long: buffers that can fill are full by then. */
const slowSeconds = 5;

/** The peak of a read of so many leads, whose reader is fast or takes 1 MB/s. */
async function peakOf(lab: Lab, leads: number): Promise<{ fast: number; slow: number }> {
  const flags = { leads, contacts: 10, companies: 10, tasks: 0, events: 0, rate: 'unlimited' };
  const account = await lab.account({ flags, settings: { requests_per_second: 1_000_000 } });
  const command = ['read', '--config', account.config, '--streams', 'leads'];
  try {
    const fast = await lab.run(command);
    const slowly = await lab.run(command, {
      bytesPerSecond: slow,
      ...(!lab.full && { slowSeconds }),
    });
    return { fast: fast.peakBytes / megabyte, slow: slowly.peakBytes / megabyte };
  } finally {
    await account.stop();
  }
}

/** Peak memory of the process: small, and not growing with the number of records. */
export const memory: BenchCase = {
  name: 'peak memory',
  waits: false,
  async measure(lab) {
    const few = lab.full ? 100_000 : 50_000;
    const many = lab.full ? 1_000_000 : 100_000;
    const before = await peakOf(lab, few);
    const after = await peakOf(lab, many);
    return (['fast', 'slow'] as const).flatMap((reader): Measurement[] => [
      {
        what: `${many.toLocaleString('en-US')} leads, ${reader} reader`,
        figure: after[reader],
        unit: 'megabytes',
        bar: { atMost: 200 },
      },
      {
        what: `growth from ${few.toLocaleString('en-US')} leads, ${reader} reader`,
        figure: after[reader] / before[reader],
        unit: 'times',
        bar: { atMost: 1.15 },
        details: { few: before[reader], many: after[reader] },
      },
    ]);
  },
};
