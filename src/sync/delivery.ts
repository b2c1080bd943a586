import type { KommoClient } from '../api/kommo-client.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Feed } from './errand.ts';
import type { Emit, Part, SyncEvent } from './event.ts';
import type { Job } from './job.ts';
import { describeRefusals } from './refusals.ts';
import type { Row } from './row.ts';
import type { StreamReading } from './stream-reading.ts';

/** A stream that is being read reports how far it is after so many records, or so many milliseconds. */
const checkpointRecords = 1_000;
const checkpointMilliseconds = 20_000;

interface DeliveryOptions {
  client: KommoClient;
  clock: Clock;
  log: Log;
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
  readonly #streams: readonly StreamReading[];
  readonly #reported = new Map<StreamReading, { steps: number; at: number }>();
  #queue: Promise<void> = Promise.resolve();

  constructor(options: DeliveryOptions, streams: readonly StreamReading[]) {
    this.#options = options;
    this.#streams = streams;
  }

  async start(job: Job): Promise<void> {
    for (const { stream } of job.errand.feeds) stream.purposes.add(job.name);
    for (const stream of job.streams) await this.#start(stream);
  }

  async deliver(job: Job, rows: readonly Row[]): Promise<void> {
    const { feeds, families } = job.errand;
    for (const family of families) family.collect(rows);
    for (const feed of feeds) await this.#deliver(feed, rows);
    for (const stream of job.streams) {
      await this.#emit({
        type: 'progress',
        stream: stream.name,
        records: stream.records,
        requests: stream.requests(this.#options.client),
        fraction: stream.fraction,
      });
    }
  }

  isEnough(job: Job): boolean {
    if (this.#options.recordLimit === undefined) return false;
    const { feeds, families } = job.errand;
    return feeds.every(({ stream }) => this.#hasEnough(stream)) && families.every(({ hasSome }) => hasSome);
  }

  #hasEnough({ records }: StreamReading): boolean {
    const { recordLimit } = this.#options;
    return recordLimit !== undefined && records >= recordLimit;
  }

  async checkpointWhenDue(job: Job): Promise<void> {
    for (const stream of job.streams) await this.#checkpointWhenDue(stream);
  }

  /** Ends a job, with the error that cut it short, if one did, and the streams of which it was the last. */
  async finish(job: Job, error: unknown): Promise<void> {
    if (job.finished) return;
    job.end(error);
    for (const stream of job.streams) {
      if (this.#hasEnough(stream)) stream.end();
      if (stream.ended) await this.#finish(stream);
      else await this.#checkpointWhenDue(stream);
    }
  }

  /** Ends the streams of which nothing is left to read. */
  async finishEnded(): Promise<void> {
    for (const stream of this.#streams) {
      if (!stream.ended || stream.finished) continue;
      await this.#start(stream);
      await this.#finish(stream);
    }
  }

  /** Ends what has not ended by itself, for this reason. */
  async abort(reason: unknown): Promise<void> {
    for (const stream of this.#streams) {
      stream.end(reason);
      await this.#finish(stream);
    }
  }

  /** Hands over rows that were asked for by id. */
  async deliverFound(stream: StreamReading, rows: readonly Row[]): Promise<void> {
    const part = stream.parts[0]!;
    await this.#deliver({ stream, part, list: part.list, adds: part.list.adds }, rows);
  }

  /** Says that records were asked for by id and are not there, since the second `at` or before it. */
  async miss(stream: StreamReading, ids: readonly (number | string)[], at: number): Promise<void> {
    this.#options.log('debug', `${stream.name}: no longer in the account: ${ids.join(', ')}`);
    await this.#emit({ type: 'gone', stream: stream.name, ids, at });
  }

  waiting(until: number): void {
    const concerned = this.#streams.filter(({ started, finished }) => started && !finished);
    const streams = concerned.map(({ name }) => name);
    if (streams.length > 0) this.#emit({ type: 'waiting', streams, until }).catch(() => {});
  }

  async #start(stream: StreamReading): Promise<void> {
    if (stream.started) return;
    stream.started = true;
    stream.purposes.add(stream.name);
    this.#reported.set(stream, { steps: 0, at: this.#options.clock.now() });
    await this.#emit({ type: 'started', stream: stream.name });
  }

  async #deliver({ stream, part, list, adds }: Feed, rows: readonly Row[]): Promise<void> {
    const wanted = (this.#options.recordLimit ?? Number.POSITIVE_INFINITY) - stream.records;
    const bodies = rows.flatMap((row) => list.rows(row.body)).slice(0, wanted);
    const records = bodies.map((body) => stream.shaper.shape(withColumns(body, adds)));
    if (part.bringsKeys) {
      if (records.length > 0) await this.#emit({ type: 'present', stream: stream.name, records });
      return;
    }
    part.rows += rows.length;
    stream.testimony?.saw(rows);
    stream.records += records.length;
    const readAt = this.#options.clock.now();
    if (records.length > 0) await this.#emit({ type: 'records', stream: stream.name, records, readAt });
  }

  async #finish(stream: StreamReading): Promise<void> {
    if (stream.finished) return;
    stream.finished = true;
    const { name, planned, records, error, isRefused, refusals } = stream;
    const isFailure = error !== undefined && !(isRefused && !planned.required);
    if (isFailure) this.failures.set(name, error);
    if (this.broken !== undefined) return;
    if (stream.started && !isRefused) await this.#checkpoint(stream);
    const uncovered = refusals.map(({ columns }) => columns);
    if (refusals.length > 0 && !isFailure) this.#options.log('warn', describeRefusals(stream));
    await this.#emit({
      ...{ type: 'finished', stream: name, records, requests: stream.requests(this.#options.client) },
      ...(isFailure && { error }),
      ...(isRefused && !isFailure && { unavailable: refusals[0]!.error }),
      ...(!isRefused && uncovered.length > 0 && { uncovered }),
    });
  }

  async #checkpointWhenDue(stream: StreamReading): Promise<void> {
    const reported = this.#reported.get(stream);
    if (reported === undefined || stream.finished) return;
    const now = this.#options.clock.now();
    const { steps } = stream;
    const isLong = now - reported.at >= checkpointMilliseconds && steps > reported.steps;
    if (!isLong && steps - reported.steps < checkpointRecords) return;
    this.#reported.set(stream, { steps, at: now });
    await this.#checkpoint(stream);
  }

  async #checkpoint(stream: StreamReading): Promise<void> {
    if (this.#options.recordLimit !== undefined) return;
    const state = stream.state();
    if (state !== undefined) await this.#emit({ type: 'checkpoint', stream: stream.name, state });
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

function withColumns(body: Record<string, unknown>, adds: Part): Record<string, unknown> {
  for (const _ in adds) return { ...body, ...adds };
  return body;
}
