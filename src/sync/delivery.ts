import type { KommoClient } from '../api/kommo-client.ts';
import type { Clock } from '../clock.ts';
import type { Emit, SyncEvent } from './event.ts';
import type { Job } from './job.ts';
import type { Row } from './row.ts';

/** A stream that is being read reports how far it is after so many records, or so many milliseconds. */
const checkpointRecords = 1_000;
const checkpointMilliseconds = 20_000;

interface DeliveryOptions {
  client: KommoClient;
  clock: Clock;
  emit: Emit;
  recordLimit?: number | undefined;
}

/**
 * Turns what the readers find into events, one at a time and in order, so that a checkpoint comes after every
 * record that it covers.
 */
export class Delivery {
  readonly failures = new Map<string, unknown>();
  /** Why the receiver of events takes no more of them. */
  broken: unknown;
  readonly #options: DeliveryOptions;
  readonly #closed: number;
  readonly #reported = new Map<Job, { rows: number; at: number }>();
  #queue: Promise<void> = Promise.resolve();

  constructor(options: DeliveryOptions, closed: number) {
    this.#options = options;
    this.#closed = closed;
  }

  async start(job: Job): Promise<void> {
    this.#reported.set(job, { rows: 0, at: this.#options.clock.now() });
    for (const { planned } of job.feeds) await this.#emit({ type: 'started', stream: planned.stream.name });
  }

  async deliver(job: Job, rows: readonly Row[]): Promise<void> {
    const readAt = this.#options.clock.now();
    for (const feed of job.feeds) {
      const { stream } = feed.planned;
      const wanted = (this.#options.recordLimit ?? Number.POSITIVE_INFINITY) - feed.records;
      const bodies = rows.flatMap((row) => feed.list.rows(row.body)).slice(0, wanted);
      const records = bodies.map((body) => feed.shaper.shape(body));
      feed.records += records.length;
      if (records.length > 0) await this.#emit({ type: 'records', stream: stream.name, records, readAt });
      await this.#emit({
        type: 'progress',
        stream: stream.name,
        records: feed.records,
        requests: this.#options.client.requests(job.name),
        fraction: job.fraction,
      });
    }
  }

  isEnough(job: Job): boolean {
    const { recordLimit } = this.#options;
    return recordLimit !== undefined && job.feeds.every((feed) => feed.records >= recordLimit);
  }

  async checkpointWhenDue(job: Job): Promise<void> {
    const reported = this.#reported.get(job);
    if (reported === undefined || job.finished) return;
    const now = this.#options.clock.now();
    const rows = this.#rows(job);
    const isLong = now - reported.at >= checkpointMilliseconds && rows > reported.rows;
    if (!isLong && rows - reported.rows < checkpointRecords) return;
    this.#reported.set(job, { rows, at: now });
    await this.#checkpoint(job, false);
  }

  #rows(job: Job): number {
    return job.feeds.reduce((sum, feed) => sum + feed.records, 0);
  }

  /** Ends a job's streams: with their last state, and with the error that cut them short, if one did. */
  async finish(job: Job, error: unknown): Promise<void> {
    if (job.finished) return;
    job.finished = true;
    if (error !== undefined)
      for (const { planned } of job.feeds) this.failures.set(planned.stream.name, error);
    if (this.broken !== undefined) return;
    if (job.started) await this.#checkpoint(job, error === undefined);
    for (const { planned, records } of job.feeds) {
      const stream = planned.stream.name;
      const requests = this.#options.client.requests(job.name);
      await this.#emit({
        type: 'finished',
        stream,
        records,
        requests,
        ...(error !== undefined && { error }),
      });
    }
  }

  waiting(jobs: readonly Job[], until: number): void {
    const concerned = jobs.filter((job) => job.started && !job.finished);
    const streams = concerned.flatMap((job) => job.feeds.map((feed) => feed.planned.stream.name));
    if (streams.length > 0) this.#emit({ type: 'waiting', streams, until }).catch(() => {});
  }

  async #checkpoint(job: Job, finished: boolean): Promise<void> {
    if (this.#options.recordLimit !== undefined) return;
    for (const feed of job.feeds) {
      const state = job.state(feed, finished, this.#closed);
      if (state !== undefined)
        await this.#emit({ type: 'checkpoint', stream: feed.planned.stream.name, state });
    }
  }

  #emit(event: SyncEvent): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      if (this.broken !== undefined) throw this.broken;
      try {
        await this.#options.emit(event);
      } catch (error) {
        this.broken = error;
        throw error;
      }
    });
    return this.#queue;
  }
}
