import type { Clock } from '../../clock.ts';
import type { SyncEvent } from '../../sync/event.ts';

/** One measurement, in the words of singer-sdk (singer.md §1.4). */
export interface MetricPoint {
  type: 'counter' | 'timer';
  metric: 'record_count' | 'http_request_count' | 'http_request_duration' | 'sync_duration';
  value: number;
  tags: Readonly<Record<string, string | number>>;
}

/** How often counters are told while a stream is being read. */
const interval = 60_000;

interface Counts {
  startedAt: number;
  toldAt: number;
  records: number;
  recordsTold: number;
  requests: number;
  requestsTold: number;
}

/** Turns a run's events into measurements. Counters tell what was added since they were told last. */
export class Metrics {
  readonly #tell: (point: MetricPoint) => void;
  readonly #clock: Clock;
  readonly #endpoints: ReadonlyMap<string, string>;
  readonly #streams = new Map<string, Counts>();

  /** `endpoints` names the path of each stream. */
  constructor(tell: (point: MetricPoint) => void, clock: Clock, endpoints: ReadonlyMap<string, string>) {
    this.#tell = tell;
    this.#clock = clock;
    this.#endpoints = endpoints;
  }

  count(event: Exclude<SyncEvent, { type: 'waiting' }>): void {
    const now = this.#clock.now();
    const counts = this.#of(event.stream, now);
    if (event.type === 'records') counts.records += event.records.length;
    if (event.type === 'progress' || event.type === 'finished') counts.requests = event.requests;
    if (event.type === 'finished') {
      this.#tellCounts(event.stream, counts);
      const status = event.error === undefined ? 'succeeded' : 'failed';
      this.#point('timer', 'sync_duration', (now - counts.startedAt) / 1000, {
        stream: event.stream,
        status,
      });
    } else if (now - counts.toldAt >= interval) {
      this.#tellCounts(event.stream, counts);
      counts.toldAt = now;
    }
  }

  /** One request that took `milliseconds`; `httpStatus` is undefined where no answer came. */
  request(endpoint: string, milliseconds: number, httpStatus: number | undefined): void {
    this.#point('timer', 'http_request_duration', milliseconds / 1000, {
      endpoint,
      ...(httpStatus !== undefined && { http_status_code: httpStatus }),
      status: httpStatus !== undefined && httpStatus < 400 ? 'succeeded' : 'failed',
    });
  }

  #of(stream: string, now: number): Counts {
    let counts = this.#streams.get(stream);
    if (counts === undefined) {
      counts = { startedAt: now, toldAt: now, records: 0, recordsTold: 0, requests: 0, requestsTold: 0 };
      this.#streams.set(stream, counts);
    }
    return counts;
  }

  #tellCounts(stream: string, counts: Counts): void {
    this.#point('counter', 'record_count', counts.records - counts.recordsTold, { stream });
    this.#point('counter', 'http_request_count', counts.requests - counts.requestsTold, {
      stream,
      endpoint: this.#endpoints.get(stream) ?? stream,
    });
    counts.recordsTold = counts.records;
    counts.requestsTold = counts.requests;
  }

  #point(
    type: MetricPoint['type'],
    metric: MetricPoint['metric'],
    value: number,
    tags: MetricPoint['tags'],
  ): void {
    this.#tell({ type, metric, value, tags });
  }
}
