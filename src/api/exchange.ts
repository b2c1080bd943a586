import type { Clock } from '../clock.ts';
import type { BlockedError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Pacer } from './pace.ts';
import { parseProblem } from './problem.ts';
import { blocked, detailOf } from './refusal.ts';
import { retryAfter } from './retry-after.ts';
import { Setback, type SetbackKind } from './setback.ts';
import type { Answer, Transport } from './transport.ts';

export interface ExchangeRequest {
  method: 'GET' | 'POST';
  origin: string;
  /** Path and query. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Under which the request is counted. */
  purpose: string;
}

/**
 * One paced, logged request. Resolves with an answer that somebody has to understand; rejects with a Setback
 * for one that may pass by itself (429, 5xx, a broken line) and with a BlockedError for a ban, after which
 * nothing touches the network any more.
 */
export type Exchange = (request: ExchangeRequest) => Promise<Answer>;

export interface ExchangeOptions {
  transport: Transport;
  pacer: Pacer;
  clock: Clock;
  log: Log;
  /** Takes secrets out of foreign text, before it is cut to size and a cut secret can no longer be found. */
  redact: (text: string) => string;
  userAgent: string;
  /** Told of each request that sets out. */
  onRequest: (purpose: string) => void;
}

/** A 504 after so many milliseconds tells of work that took too long; one before tells of a gateway in trouble. */
const slowFrom = 10_000;

/** The one way to the network. */
export function createExchange(options: ExchangeOptions): Exchange {
  const { transport, pacer, clock, log, redact, userAgent, onRequest } = options;
  let ban: BlockedError | undefined;

  return async ({ method, origin, path, headers, body, purpose }) => {
    if (ban) throw ban;
    const turn = await pacer.turn();
    if (ban) throw ban;
    onRequest(purpose);
    const begun = clock.now();
    let outcome = 'no answer';
    try {
      const answer = await transport.send({
        method,
        url: origin + path,
        headers: { accept: 'application/hal+json, application/json', 'user-agent': userAgent, ...headers },
        ...(body === undefined ? {} : { body }),
        onSent: turn.sent,
      });
      outcome = `${answer.status}`;
      const id = answer.headers['x-request-id'];
      if (id) outcome += ` X-Request-Id ${id}`;
      return accept(answer);
    } catch (error) {
      if (error instanceof Setback && outcome === 'no answer') outcome = error.message;
      throw error;
    } finally {
      log('debug', `${method} ${decodeURIComponent(path)} ${outcome} ${Math.round(clock.now() - begun)} ms`);
    }

    function accept(answer: Answer): Answer {
      const { status } = answer;
      if (status === 429) {
        pacer.refused(turn, retryAfter(answer, clock.now()));
        throw setback('throttled', "Kommo's rate limit was hit (429)", answer);
      }
      pacer.answered(turn);
      if (status === 504 || status === 408) {
        const isSlow = clock.now() - begun >= slowFrom;
        throw setback(isSlow ? 'timeout' : 'gateway', `Kommo took too long (${status})`, answer);
      }
      if (status >= 500) throw setback('server', `Kommo failed (${status})`, answer);
      // Error bodies are small; the large ones are lists, which are not quoted.
      const readable = status < 300 ? answer : { ...answer, body: redact(answer.body) };
      if (status === 403 && !parseProblem(readable).isJson) {
        ban = blocked(readable, path);
        throw ban;
      }
      return readable;
    }

    function setback(kind: SetbackKind, message: string, answer: Answer): Setback {
      const { text } = parseProblem({ ...answer, body: redact(answer.body) });
      return new Setback(kind, message, { detail: detailOf(answer, path, text) });
    }
  };
}
