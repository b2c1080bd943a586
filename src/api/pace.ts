import type { Clock } from '../clock.ts';
import { createAdaptiveRate } from './rate.ts';
import type { SharedPace } from './shared-pace.ts';
import { createUnevenLine } from './uneven-line.ts';

/** The permission to start one request. */
export interface Turn {
  readonly startedAt: number;
  /** How much more than a second lies between this start and the one that it must not share a second with. */
  room(): number;
  /** The request has set out: a connection that had to be made first delays it. */
  sent(): void;
}

/** Decides when each request of the process may start. */
export interface Pacer {
  /** Resolves when the next request may start, in the order of asking. */
  turn(): Promise<Turn>;
  /** The request of `turn` was answered. */
  answered(turn: Turn): void;
  /** The request of `turn` was refused with 429; `wait` is what the server asks for, in milliseconds. */
  refused(turn: Turn, wait: number | undefined): void;
  /** Requests in flight at once that use the permitted rate at the latency seen so far. */
  usefulConcurrency(): number;
  /** Called when every request has to wait until `until` because the server refused one. */
  onWaiting(listener: (until: number) => void): void;
}

export interface PacerOptions {
  requestsPerSecond: number;
  clock: Clock;
  /** Ends all waiting: `turn` rejects with its reason. */
  signal: AbortSignal;
  /** Makes the starts of several processes keep the rate together. */
  shared?: SharedPace | undefined;
}

/** Room beyond the second for requests that overtake each other on the way, in milliseconds: at least so much. */
const leastRoom = 35;
/** Of that room, what the last N real starts may use up. */
const windowSlack = 10;
/** From here on a request takes longer than its share of a second: only the sliding second is kept. */
const evenlySpacedBelow = 500;
/** From here on nothing is kept: no client and no server of this kind gets there. */
const unlimitedFrom = 10_000;
const shortestPause = 1000;
const longestPause = 60_000;
const assumedLatency = 1000;
/** Enough for 7 a second at five seconds, with room for answers that take longer than most. */
const mostInFlight = 64;

/** Milliseconds between starts that keep the limit where several processes share it. */
export function spacingOf(requestsPerSecond: number): number {
  return (1000 + leastRoom) / requestsPerSecond;
}

/** A pacer that spaces starts evenly and never starts more than `requestsPerSecond` in any second. */
export function createPacer({ requestsPerSecond, clock, signal, shared }: PacerOptions): Pacer {
  const rate = createAdaptiveRate(requestsPerSecond);
  const line = createUnevenLine(leastRoom, requestsPerSecond);
  const window = requestsPerSecond > unlimitedFrom ? 0 : Math.max(1, Math.ceil(requestsPerSecond));
  const starts = new Float64Array(window).fill(Number.NEGATIVE_INFINITY);
  const listeners: ((until: number) => void)[] = [];
  const queue: { queuedAt: number; grant: (turn: Turn) => void; refuse: (reason: unknown) => void }[] = [];
  let pumping = false;
  let count = 0;
  let latest = Number.NEGATIVE_INFINITY;
  let setBack = 0;
  let slot = Number.NEGATIVE_INFINITY;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let refusedAt = Number.NEGATIVE_INFINITY;
  let refusalsInARow = 0;
  let reserved: number | undefined;
  let latency: number | undefined;

  /** A clock that is set back must not make everybody wait until it is as late again. */
  function time(): number {
    const now = clock.now();
    if (now + setBack < latest) setBack = latest - now;
    latest = now + setBack;
    return latest;
  }

  function spacing(now: number): number {
    const current = rate.at(now);
    return current >= evenlySpacedBelow ? 0 : (1000 + line.room()) / current;
  }

  function waitFor(now: number): number {
    const windowOpens = window === 0 ? slot : starts[count % window]! + 1000 + line.room() - windowSlack;
    return Math.max(slot, pausedUntil, windowOpens) - now;
  }

  /** Until the moment that is reserved for us among several processes; one that we are too late for is let go. */
  async function waitForOthers(shared: SharedPace, wait: number): Promise<number> {
    const late = clock.now() - (reserved ?? Number.POSITIVE_INFINITY);
    if (reserved === undefined || late > leastRoom - windowSlack)
      reserved = await shared.reserve(clock.now() + Math.max(0, wait) - windowSlack);
    return reserved - clock.now();
  }

  function start(queuedAt: number, now: number, spaced: number): Turn {
    // The next slot follows from this slot, not from this start: a late timer costs nothing, unless it is
    // later than a whole slot. Time in which nobody asked is not made up for.
    slot = Math.max(slot, pausedUntil, queuedAt, now - spaced) + spaced;
    const mine = count++;
    const rival = window > 0 ? starts[mine % window]! : Number.NEGATIVE_INFINITY;
    let sentAt = now;
    if (window > 0) starts[mine % window] = now;
    rate.started(now);
    return {
      startedAt: now,
      room: () => sentAt - rival - 1000,
      sent() {
        sentAt = time();
        if (window > 0 && count - mine <= window) starts[mine % window] = sentAt;
      },
    };
  }

  async function pump(): Promise<void> {
    if (pumping) return;
    pumping = true;
    try {
      while (queue.length > 0) {
        signal.throwIfAborted();
        const now = time();
        const spaced = spacing(now);
        const own = waitFor(now);
        const wait = shared === undefined ? own : Math.max(own, await waitForOthers(shared, own));
        if (wait > 0) {
          await clock.sleep(Math.ceil(wait), signal);
          continue;
        }
        reserved = undefined;
        const next = queue.shift()!;
        next.grant(start(next.queuedAt, now, spaced));
      }
    } catch (reason) {
      for (const waiter of queue.splice(0)) waiter.refuse(reason);
    } finally {
      pumping = false;
    }
  }

  return {
    turn: () =>
      new Promise((grant, refuse) => {
        queue.push({ queuedAt: time(), grant, refuse });
        void pump();
      }),
    answered(turn) {
      if (turn.startedAt > refusedAt) refusalsInARow = 0;
      if (requestsPerSecond < evenlySpacedBelow) line.answered(turn.room());
      const sample = Math.max(0, time() - turn.startedAt);
      latency = latency === undefined ? sample : latency + (sample - latency) * 0.2;
    },
    refused(turn, wait) {
      const now = time();
      const wasUnderWay = turn.startedAt <= refusedAt;
      const isByLine =
        !wasUnderWay &&
        rate.at(now) === requestsPerSecond &&
        line.refused(turn.room(), rate.wasUsed(turn.startedAt));
      const isEcho = wasUnderWay || (!isByLine && !rate.refused(now, turn.startedAt));
      // An echo asks for quiet too: where refused requests count, the server has just counted another one.
      const doubled = isEcho ? 0 : refusalsInARow;
      // A server that says zero and refuses again has to be left alone all the same.
      const pause = Math.max(wait ?? 0, Math.min(longestPause, shortestPause * 2 ** doubled));
      if (wasUnderWay) line.refusedToo();
      if (!isEcho) {
        refusedAt = now;
        refusalsInARow++;
      }
      if (now + pause <= pausedUntil) return;
      pausedUntil = now + pause;
      if (isEcho && wait === undefined) return;
      for (const listener of listeners) listener(pausedUntil - setBack);
    },
    usefulConcurrency() {
      const current = rate.at(time());
      // Little's law, with room for answers that take longer than most.
      const useful = Math.ceil(current * ((latency ?? assumedLatency) / 1000) * 1.6) + 1;
      return Math.max(1, Math.min(useful, current >= evenlySpacedBelow ? 4 : mostInFlight));
    },
    onWaiting: (listener) => void listeners.push(listener),
  };
}
