import type { Clock } from '../clock.ts';
import { HeavyPageError, TransientError } from '../errors.ts';
import type { Log } from '../log.ts';
import { Setback, type SetbackKind } from './setback.ts';

export interface RetryOptions {
  clock: Clock;
  /** A number from 0 (included) to 1 (excluded). */
  random: () => number;
  log: Log;
  /** Ends all tries, with its reason. */
  signal: AbortSignal;
}

export interface Task {
  purpose: string;
  /** What could not be done, for the message that ends it all; reading `purpose` when absent. */
  action?: string;
  /** The question can be asked for less: after two timeouts it is given back as a HeavyPageError. */
  canShrink: boolean;
}

/** Each kind of setback has its own budget, so that a busy server does not use up what a shaky line needs. */
const tries: Readonly<Record<SetbackKind, number>> = {
  'unknown-host': 3,
  unreachable: 5,
  broken: 6,
  timeout: 4,
  server: 6,
  throttled: 20,
};
const triesBeforeShrinking = 2;
const longestTime = 15 * 60 * 1000;
const firstDelay = 1000;
const longestDelay = 60_000;

/** Repeats `attempt` while it fails with a Setback, within bounded tries and time, then says what to do. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { purpose, action = `read ${purpose}`, canShrink }: Task,
  { clock, random, log, signal }: RetryOptions,
): Promise<T> {
  const begun = clock.now();
  const counts = new Map<SetbackKind, number>();
  for (let failed = 1; ; failed++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Setback)) throw error;
      // Closing the sockets breaks requests off: that is not their fault.
      signal.throwIfAborted();
      const count = (counts.get(error.kind) ?? 0) + 1;
      counts.set(error.kind, count);
      const seconds = Math.round((clock.now() - begun) / 1000);
      if (error.kind === 'timeout' && canShrink && count >= triesBeforeShrinking) {
        throw new HeavyPageError(givenUp(error, action, failed, seconds), contextOf(error));
      }
      // The pacer makes everybody wait after a 429; a delay of its own would only come on top.
      const delay = error.kind === 'throttled' ? 0 : fullJitter(failed, random);
      if (count >= tries[error.kind] || clock.now() + delay - begun > longestTime) {
        throw new TransientError(givenUp(error, action, failed, seconds), contextOf(error));
      }
      const when =
        error.kind === 'throttled' ? 'when the limit permits' : `in ${(delay / 1000).toFixed(1)} s`;
      log('info', `${purpose}: ${error.message}; trying again ${when} (try ${failed + 1})`);
      await clock.sleep(delay, signal);
    }
  }
}

function fullJitter(failed: number, random: () => number): number {
  return Math.floor(random() * Math.min(longestDelay, firstDelay * 2 ** (failed - 1)));
}

function contextOf(error: Setback): { detail: string; cause: unknown } {
  return { detail: error.detail ? `${error.message}: ${error.detail}` : error.message, cause: error.cause };
}

const advice: Readonly<Record<SetbackKind, string>> = {
  'unknown-host': 'Check that subdomain is spelled as in the address of your account, and the network.',
  unreachable: 'Check the network, and that subdomain is spelled as in the address of your account.',
  broken: 'Check the network and proxies on the way, and try again later.',
  timeout: 'Try again later.',
  server: 'Kommo has a disturbance; try again later.',
  throttled: 'Other programs use up the limit of the account: lower requests_per_second, or try again later.',
};

function givenUp(error: Setback, action: string, failed: number, seconds: number): string {
  return `Could not ${action}: ${error.message}, after ${failed} tries in ${seconds} s. ${advice[error.kind]}`;
}
