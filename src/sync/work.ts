import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { ReadingPeriod } from './coverage.ts';
import { type Errand, errandsOf } from './errand.ts';
import type { Family } from './family.ts';
import type { CountingClient } from './in-flight.ts';
import { Job } from './job.ts';
import { askingForKinds } from './kinds.ts';
import type { StreamReading } from './stream-reading.ts';
import type { Range } from './walk/walk.ts';

/** What an idle reader can do: read on in a range, or begin a job, which may have nothing to read at all. */
export interface Task {
  job: Job;
  range: Range | undefined;
  /** This is the job's first task. */
  begins: boolean;
}

export interface WorkOptions {
  client: CountingClient;
  period: ReadingPeriod;
  clock: Clock;
  origin: number;
  log: Log;
}

/** All the lists that a run has to read; those that hang on parents come to light while it goes on. */
export class Work {
  readonly #options: WorkOptions;
  #jobs: Job[];
  readonly #families: Family[];

  constructor(streams: readonly StreamReading[], options: WorkOptions) {
    this.#options = options;
    const errands = errandsOf(streams, options.period);
    this.#families = errands.flatMap(({ families }) => families);
    this.#jobs = errands.map((errand) => this.#open(errand, options.origin));
  }

  /**
   * The next piece of work: go on with what is under way, then begin another list, and when all lists have begun, take
   * over a part of the one whose readers have most left, so that all come to an end together: at the end of a list
   * little can be asked at a time. Undefined when nobody is needed.
   */
  next(): Task | undefined {
    this.#jobs = this.#jobs.filter((job) => !job.finished);
    const running = this.#jobs.filter((job) => job.started);
    for (const job of running) {
      const range = job.ranges.idle();
      if (range !== undefined) return { job, range, begins: false };
    }
    const fresh = this.#jobs.find((job) => !job.started) ?? this.#nextOfFamilies();
    if (fresh !== undefined) return { job: fresh, range: fresh.ranges.idle(), begins: true };
    for (const job of running.sort((a, b) => b.ranges.leftForEach() - a.ranges.leftForEach())) {
      const range = job.share();
      if (range !== undefined) return { job, range, begins: false };
    }
    return undefined;
  }

  #nextOfFamilies(): Job | undefined {
    for (const family of this.#families) {
      const child = family.next();
      if (child === undefined) continue;
      const { stream, part } = family;
      const { list, adds, coverage } = child;
      const feeds = [{ stream, part, list, adds }];
      const errand = { list, mode: part.mode, coverage, feeds, families: [], member: { family, child } };
      // Of one list among many, nobody expects that its beginning is worth a request of its own.
      const job = this.#open(errand, 0);
      this.#jobs.push(job);
      return job;
    }
    return undefined;
  }

  #open(errand: Errand, origin: number): Job {
    const { period, clock, log } = this.#options;
    const client = askingForKinds(this.#options.client, errand.list);
    const job = new Job(errand, { client, closed: period.closed, clock, origin, log });
    if (errand.member === undefined) for (const { part } of errand.feeds) part.progress = job;
    return job;
  }
}
