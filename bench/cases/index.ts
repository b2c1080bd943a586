import type { BenchCase } from '../case.ts';
import { competitor } from './competitor.ts';
import { heavyPageCases } from './heavy-pages.ts';
import { idle } from './idle.ts';
import { longLatencyCases } from './long-latency.ts';
import { memory } from './memory.ts';
import { rateCases } from './rate.ts';
import { spreadCases } from './spread.ts';
import { sqlite } from './sqlite.ts';
import { startUp } from './start-up.ts';
import { throughput } from './throughput.ts';

/** Every case, in the order of the table. */
export const cases: readonly BenchCase[] = [
  ...rateCases,
  ...spreadCases,
  ...longLatencyCases,
  competitor,
  ...heavyPageCases,
  throughput,
  memory,
  startUp,
  idle,
  sqlite,
];
