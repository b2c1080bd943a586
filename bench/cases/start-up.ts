import type { BenchCase } from '../case.ts';
import { fastest } from '../fastest.ts';

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
        figure: fastest(spec) / fastest(bare),
        unit: 'times',
        bar: { atMost: 3 },
        details: { spec: fastest(spec), bare: fastest(bare) },
      },
    ];
  },
};
