import type { Finished } from './program.ts';

/**
 * The shortest of several times of the same work: what else the machine does can only make it longer.
 */
export function fastest(seconds: readonly number[]): number {
  return Math.min(...seconds);
}

/** The shortest time from start to exit, and the least time of the processor, of several runs of the same program. */
export function fastestRun(runs: readonly Finished[]): Pick<Finished, 'seconds' | 'cpuSeconds'> {
  return {
    seconds: fastest(runs.map((run) => run.seconds)),
    cpuSeconds: fastest(runs.map((run) => run.cpuSeconds)),
  };
}
