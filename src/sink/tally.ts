import type { Clock } from '../clock.ts';
import { InterruptedError } from '../errors.ts';
import type { SyncEvent } from '../sync/event.ts';

/** How the reading of a stream ended. */
export type Ending = 'complete' | 'failed' | 'stopped' | 'unavailable';

/** How far a stream is, as its events have told. Times are milliseconds since the epoch. */
export interface StreamTally {
  records: number;
  requests: number;
  /** From 0 to 1; undefined where the stream cannot say. */
  fraction: number | undefined;
  /** The first fraction that was told, and when: a run that goes on begins in the middle. */
  begun: { fraction: number; at: number } | undefined;
  startedAt: number;
  finishedAt: number | undefined;
  /** Undefined until it has ended. */
  ending: Ending | undefined;
  /** The status with which it was refused, where that is how it ended. */
  refusedWith: number | undefined;
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
    const begun = { records: 0, requests: 0, fraction: undefined, begun: undefined, startedAt: clock.now() };
    const open = { finishedAt: undefined, ending: undefined, refusedWith: undefined };
    streams.set(stream, { ...begun, ...open, waitingUntil: 0 });
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
      // What is refused or fails at once has not started.
      if (event.type === 'finished' && !isStop(event.error) && !streams.has(event.stream))
        start(event.stream);
      const stream = streams.get(event.stream);
      if (stream === undefined) return;
      if (event.type === 'progress' || event.type === 'finished') {
        stream.records = event.records;
        stream.requests = event.requests;
      }
      if (event.type === 'progress') {
        stream.fraction = event.fraction;
        if (event.fraction !== undefined) stream.begun ??= { fraction: event.fraction, at: clock.now() };
      }
      if (event.type === 'finished') {
        stream.finishedAt = clock.now();
        stream.ending = event.unavailable === undefined ? endingOf(event.error) : 'unavailable';
        stream.refusedWith = event.unavailable?.status;
      }
    },
  };
}

function endingOf(error: unknown): Ending {
  if (error === undefined) return 'complete';
  return isStop(error) ? 'stopped' : 'failed';
}

const isStop = (error: unknown) => error instanceof InterruptedError;

/** Seconds that a stream has taken up to now, or up to its end. */
export function secondsOf(stream: Readonly<StreamTally>, now: number): number {
  return ((stream.finishedAt ?? now) - stream.startedAt) / 1000;
}

/** Before so much was read in so many milliseconds, a guess would jump. */
const enoughToGuess = { fraction: 0.02, milliseconds: 5_000 };

/** Seconds that a stream still takes if it goes on as up to now; undefined where nobody can tell yet. */
export function secondsLeft({ fraction, begun }: Readonly<StreamTally>, now: number): number | undefined {
  if (fraction === undefined || begun === undefined) return undefined;
  const [done, milliseconds] = [fraction - begun.fraction, now - begun.at];
  if (done < enoughToGuess.fraction || milliseconds < enoughToGuess.milliseconds) return undefined;
  return ((1 - fraction) * milliseconds) / done / 1000;
}
