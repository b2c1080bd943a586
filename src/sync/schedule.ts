import type { Job } from './job.ts';
import type { Range } from './walk/walk.ts';

/** What an idle reader can do: read on in a range, or begin a job, which may have nothing to read at all. */
export interface Task {
  job: Job;
  range: Range | undefined;
  /** This is the job's first task. */
  begins: boolean;
}

/**
 * The next piece of work: go on with what is under way, then begin another list, and when all lists have begun,
 * take over a part of the longest range. Undefined when nobody is needed.
 */
export function nextTask(jobs: readonly Job[]): Task | undefined {
  const running = jobs.filter((job) => job.started && !job.finished);
  for (const job of running) {
    const range = job.ranges.idle();
    if (range !== undefined) return { job, range, begins: false };
  }
  const fresh = jobs.find((job) => !job.started);
  if (fresh !== undefined) return { job: fresh, range: fresh.ranges.idle(), begins: true };
  for (const job of running) {
    const range = job.share();
    if (range !== undefined) return { job, range, begins: false };
  }
  return undefined;
}
