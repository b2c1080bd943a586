import type { Clock } from '../clock.ts';
import { createAdaptiveRate } from './rate.ts';
import { createSpread } from './spread.ts';

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
}

/** Room beyond the second for requests that overtake each other on the way, in milliseconds: at least so much. */
const leastRoom = 35;
/** Of that room, what the last N real starts may use up. */
const windowSlack = 10;
/** From here on a request takes longer than its share of a second: only the sliding second is kept. */
const evenlySpacedBelow = 500;
/** From here on nothing is kept: no client and no server of this kind gets there. */
const unlimitedFrom = 10_000;
/**
 * More room makes refusals rare. Where they come with fewer answers between them than this, again and again, the limit
 * is another one: the third time in a row, those of the second kind count half.
 */
const veryOften = 12;
const often = 40;
const mostHasty = 2;
/** Nor are those after which so many that were under way were refused too. */
const mostEchoes = 5;
const shortestPause = 1000;
const longestPause = 60_000;
const assumedLatency = 1000;
/** Enough for 7 a second at five seconds, with room for answers that take longer than most. */
const mostInFlight = 64;

/** A pacer that spaces starts evenly and never starts more than `requestsPerSecond` in any second. */
export function createPacer({ requestsPerSecond, clock, signal }: PacerOptions): Pacer {
  const rate = createAdaptiveRate(requestsPerSecond);
  const spread = createSpread(leastRoom, requestsPerSecond);
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
  let answeredSince = Number.POSITIVE_INFINITY;
  let hasty = 0;
  let echoes = 0;
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
    return current >= evenlySpacedBelow ? 0 : (1000 + spread.room()) / current;
  }

  function waitFor(now: number): number {
    const windowOpens = window === 0 ? slot : starts[count % window]! + 1000 + spread.room() - windowSlack;
    return Math.max(slot, pausedUntil, windowOpens) - now;
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
        const wait = waitFor(now);
        if (wait > 0) {
          await clock.sleep(Math.ceil(wait), signal);
          continue;
        }
        const next = queue.shift()!;
        next.grant(start(next.queuedAt, now, spaced));
      }
    } catch (reason) {
      for (const waiter of queue.splice(0)) waiter.refuse(reason);
    } finally {
      pumping = false;
    }
  }

  /** The refusal is put down to requests that arrived together, and more room is left from now on. */
  function isUneven(now: number, turn: Turn): boolean {
    if (rate.at(now) < requestsPerSecond) return false;
    const isHopeless = echoes >= mostEchoes;
    hasty = answeredSince < often ? hasty + (answeredSince < veryOften ? 1 : 0.5) : 0;
    answeredSince = 0;
    echoes = 0;
    if (hasty <= mostHasty && !isHopeless) {
      if (spread.refused(turn.room())) return true;
      return rate.wasUsed(turn.startedAt) && spread.refused(spread.room());
    }
    // However much room there is, it does not help: the limit is another one.
    spread.forget();
    return false;
  }

  return {
    turn: () =>
      new Promise((grant, refuse) => {
        queue.push({ queuedAt: time(), grant, refuse });
        void pump();
      }),
    answered(turn) {
      if (turn.startedAt > refusedAt) refusalsInARow = 0;
      if (requestsPerSecond < evenlySpacedBelow) spread.answered(turn.room());
      answeredSince++;
      const sample = Math.max(0, time() - turn.startedAt);
      latency = latency === undefined ? sample : latency + (sample - latency) * 0.2;
    },
    refused(turn, wait) {
      const now = time();
      const wasUnderWay = turn.startedAt <= refusedAt;
      const isEcho = wasUnderWay || (!isUneven(now, turn) && !rate.refused(now, turn.startedAt));
      // An echo asks for quiet too: where refused requests count, the server has just counted another one.
      const doubled = isEcho ? 0 : refusalsInARow;
      // A server that says zero and refuses again has to be left alone all the same.
      const pause = Math.max(wait ?? 0, Math.min(longestPause, shortestPause * 2 ** doubled));
      if (wasUnderWay) echoes++;
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
