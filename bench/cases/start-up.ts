import type { BenchCase } from '../case.ts';
import { median } from '../median.ts';

const rounds = 15;

/** What every verb pays before it does anything. */
export const startUp: BenchCase = {
  name: 'spec, start to exit',
  waits: false,
  async measure(lab) {
    const spec: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < rounds; round++) {
      bare.push(await lab.time(['-e', '0']));
      spec.push(await lab.time([lab.executable, 'spec']));
    }
    return [
      {
        what: 'time ÷ node -e 0',
        figure: median(spec) / median(bare),
        unit: 'times',
        bar: { atMost: 3 },
        details: { spec: median(spec), bare: median(bare) },
      },
    ];
  },
};
