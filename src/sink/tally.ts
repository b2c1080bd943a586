import type { Clock } from '../clock.ts';
import type { SyncEvent } from '../sync/event.ts';

/** How far a stream is, as its events have told. Times are milliseconds since the epoch. */
export interface StreamTally {
  records: number;
  requests: number;
  /** From 0 to 1; undefined where the stream cannot say. */
  fraction: number | undefined;
  startedAt: number;
  finishedAt: number | undefined;
  failed: boolean;
  /** Until when all requests have to wait. */
  waitingUntil: number;
}

export interface Tally {
  observe(event: SyncEvent): void;
  /** The streams that have started, in that order. */
  readonly streams: ReadonlyMap<string, Readonly<StreamTally>>;
}

/** Keeps count of a run. */
export function openTally(clock: Clock): Tally {
  const streams = new Map<string, StreamTally>();
  const start = (stream: string) => {
    const begun = { records: 0, requests: 0, fraction: undefined, startedAt: clock.now() };
    streams.set(stream, { ...begun, finishedAt: undefined, failed: false, waitingUntil: 0 });
  };
  return {
    streams,
    observe(event) {
      if (event.type === 'started') start(event.stream);
      if (event.type === 'waiting') {
        for (const name of event.streams) {
          const waiting = streams.get(name);
          if (waiting !== undefined) waiting.waitingUntil = event.until;
        }
        return;
      }
      const stream = streams.get(event.stream);
      if (stream === undefined) return;
      if (event.type === 'progress' || event.type === 'finished') {
        stream.records = event.records;
        stream.requests = event.requests;
      }
      if (event.type === 'progress') stream.fraction = event.fraction;
      if (event.type === 'finished') {
        stream.finishedAt = clock.now();
        stream.failed = event.error !== undefined;
      }
    },
  };
}

/** Seconds that a stream has taken up to now, or up to its end. */
export function secondsOf(stream: Readonly<StreamTally>, now: number): number {
  return ((stream.finishedAt ?? now) - stream.startedAt) / 1000;
}
