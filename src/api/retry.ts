import type { Clock } from '../clock.ts';
import { HeavyPageError, TransientError } from '../errors.ts';
import type { Log } from '../log.ts';
import { Setback, type SetbackKind } from './setback.ts';
import type { Silence } from './silence.ts';

export interface RetryOptions {
  clock: Clock;
  /** A number from 0 (included) to 1 (excluded). */
  random: () => number;
  log: Log;
  /** Ends all tries, with its reason. */
  signal: AbortSignal;
  /** Shared by all tasks of the account. */
  silence: Silence;
}

/**
 * A page size that the server does not manage is given back as a HeavyPageError: a `trial` size at once, a `usual` one
 * after two slow answers, or when it was refused at once for long; the `smallest` one never.
 */
export type SizeOfPage = 'trial' | 'usual' | 'smallest';

export interface Task {
  purpose: string;
  /** What could not be done, for the message that ends it all; reading `purpose` when absent. */
  action?: string;
  size?: SizeOfPage;
}

const slowAnswers = 2;
/** A gateway in trouble is over by then; what is refused still may be refused for its size. */
const longGateway = 2 * 60 * 1000;
/** About twice as many as fit into the longest silence. */
const mostTries = 60;
const firstDelay = 1000;
const longestDelay = 60_000;

/** Repeats `attempt` while it fails with a Setback and the silence is not too long, then says what to do. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { purpose, action = `read ${purpose}`, size = 'smallest' }: Task,
  { clock, random, log, signal, silence }: RetryOptions,
): Promise<T> {
  const begun = clock.now();
  let slow = 0;
  for (let failed = 1; ; failed++) {
    const tried = clock.now();
    try {
      const result = await attempt();
      silence.end();
      return result;
    } catch (error) {
      if (!(error instanceof Setback)) {
        silence.end();
        throw error;
      }
      // Closing the sockets breaks requests off: that is not their fault.
      signal.throwIfAborted();
      const now = clock.now();
      const { kind } = error;
      if (kind === 'timeout') slow += 1;
      silence.lasts(tried, kind);
      if (isTooHeavy(kind, size, slow, now - begun)) {
        throw new HeavyPageError(`Could not ${action}: ${error.message}.`, contextOf(error));
      }
      const patience = silence.patience(now, begun);
      if (patience <= 0 || failed === mostTries) {
        const minutes = Math.round(silence.length(now, begun) / 60_000);
        throw new TransientError(givenUp(error, action, failed, minutes), contextOf(error));
      }
      // The pacer makes everybody wait after a 429; a delay of its own would only come on top.
      const delay = kind === 'throttled' ? 0 : Math.min(patience, fullJitter(failed, random));
      const when = kind === 'throttled' ? 'when the limit permits' : `in ${(delay / 1000).toFixed(1)} s`;
      log('info', `${purpose}: ${error.message}; trying again ${when} (try ${failed + 1})`);
      await clock.sleep(delay, signal);
    }
  }
}

function isTooHeavy(kind: SetbackKind, size: SizeOfPage, slow: number, milliseconds: number): boolean {
  if (size === 'smallest' || (kind !== 'timeout' && kind !== 'gateway')) return false;
  return size === 'trial' || slow >= slowAnswers || (kind === 'gateway' && milliseconds >= longGateway);
}

function fullJitter(failed: number, random: () => number): number {
  return Math.floor(random() * Math.min(longestDelay, firstDelay * 2 ** (failed - 1)));
}

function contextOf(error: Setback): { detail: string; cause: unknown } {
  return { detail: error.detail ? `${error.message}: ${error.detail}` : error.message, cause: error.cause };
}

const advice: Readonly<Record<SetbackKind, string>> = {
  'unknown-host': 'Check the network, and that subdomain is spelled as in the address of your account.',
  unreachable:
    'Check the network, a proxy if there is one (HTTPS_PROXY), and that subdomain is spelled as in the address of your account.',
  broken: 'Check the network and proxies on the way, and try again later.',
  timeout: 'Try again later.',
  gateway: 'Kommo is having problems; try again later.',
  server: 'Kommo is having problems; try again later.',
  throttled: 'Other programs use up the limit of the account: lower requests_per_second, or try again later.',
};

function givenUp(error: Setback, action: string, failed: number, minutes: number): string {
  const tries = failed === 1 ? '1 try' : `${failed} tries`;
  return `Could not ${action}: ${error.message}. No good answer came in ${minutes} minutes (${tries}). ${advice[error.kind]}`;
}
