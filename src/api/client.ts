import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { InterruptedError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Redactor } from '../redact.ts';
import { parseAccount } from './account.ts';
import { type Authorization, longLivedToken } from './auth.ts';
import { createExchange } from './exchange.ts';
import { createPacer } from './pace.ts';
import { parsePage } from './page.ts';
import { refusal, tokenRefused } from './refusal.ts';
import { withRetries } from './retry.ts';
import { type Answer, createTransport, type Transport } from './transport.ts';

/** One list request. Keys of `query` are in bracket style as Kommo spells them: `filter[updated_at][from]`. */
export interface ListRequest {
  path: string;
  /** The key of `_embedded` that holds the rows. */
  envelope: string;
  query: Readonly<Record<string, string | number>>;
  /** Who asks, for logs, errors and counts: a stream's name. */
  purpose: string;
}

export interface Page {
  /** The rows as Kommo sent them, unchecked; empty for 204. */
  rows: unknown[];
  /** `_links.next` was present. Neither necessary nor sufficient for a further page (kommo-api.md §5). */
  hasNext: boolean;
  /** The server's clock (`Date` header) when it answered, Unix seconds; undefined when it did not say. */
  servedAt: number | undefined;
}

/** One account over HTTP: paced, retried, authorised. Knows nothing of streams. */
export interface KommoClient {
  /**
   * One page of a list. Rejects with an error of `errors.ts`: `HeavyPageError` when this page size is too much
   * for the server, `ForbiddenError` for a missing right, `BlockedError` for a ban, `RefusedRequestError` for a
   * 4xx of the question itself, `ConfigError` for token and account, `TransientError` when the tries are used up.
   */
  list(request: ListRequest): Promise<Page>;
  /** The account object (`GET /api/v4/account`) with the named `with=` parts. */
  account(parts: readonly string[]): Promise<Account>;
  /** Requests that the server has seen so far for `purpose`, retries included. */
  requests(purpose: string): number;
  /** How many requests it takes in flight at once to use the permitted rate at the latency seen so far. */
  usefulConcurrency(): number;
  /** Called when all requests have to wait: `until` in milliseconds since the epoch. */
  onWaiting(listener: (until: number) => void): void;
  /** Releases the sockets. */
  close(): Promise<void>;
}

export interface Account {
  id: number;
  name: string;
  subdomain: string;
  /** Unix seconds, undefined where Kommo sends none. */
  createdAt: number | undefined;
  /** `is_api_filter_enabled`, undefined where Kommo does not say. */
  filtersEnabled: boolean | undefined;
  /** The server's clock when it answered, Unix seconds. */
  servedAt: number | undefined;
  body: Readonly<Record<string, unknown>>;
}

export interface ClientOptions {
  config: Pick<Config, 'origin' | 'credentials' | 'requestsPerSecond'>;
  /** For the User-Agent. */
  version: string;
  clock: Clock;
  /** A number from 0 (included) to 1 (excluded). */
  random: () => number;
  log: Log;
  redactor: Redactor;
  /** Real sockets when absent. */
  transport?: Transport;
}

/** Below this a page is no longer made smaller (kommo-api.md §4: 504 on heavy pages). */
const smallestPage = 10;

/** A client for the account that `config` names. It connects only when asked something. */
export function createClient(options: ClientOptions): KommoClient {
  const { config, version, clock, random, log, redactor } = options;
  const closing = new AbortController();
  const transport = options.transport ?? createTransport();
  const pacer = createPacer({ requestsPerSecond: config.requestsPerSecond, clock, signal: closing.signal });
  const counts = new Map<string, number>();
  const exchange = createExchange({
    transport,
    pacer,
    clock,
    log,
    redact: redactor.redact,
    userAgent: `source-kommo/${version}`,
    onRequest: (purpose) => counts.set(purpose, (counts.get(purpose) ?? 0) + 1),
  });
  const authorization = authorize();

  function authorize(): Authorization {
    const { credentials, origin } = config;
    if (credentials.type !== 'long_lived_token') throw new Error('not built yet');
    redactor.add(credentials.accessToken);
    return longLivedToken(origin, credentials.accessToken);
  }

  async function get(path: string, purpose: string): Promise<Answer> {
    for (let renewed = false; ; renewed = true) {
      const token = await authorization.token();
      const origin = authorization.origin();
      const answer = await exchange({
        method: 'GET',
        origin,
        path,
        headers: { authorization: `Bearer ${token}` },
        purpose,
      });
      if (answer.status === 401) {
        if (renewed) throw tokenRefused();
        await authorization.renew(token);
        continue;
      }
      if (answer.status >= 300) throw refusal(answer, { purpose, path: path.split('?', 1)[0]!, origin });
      return answer;
    }
  }

  function ask<T>(
    path: string,
    purpose: string,
    canShrink: boolean,
    parse: (answer: Answer) => T,
  ): Promise<T> {
    return withRetries(
      async () => parse(await get(path, purpose)),
      { purpose, canShrink },
      { clock, random, log, signal: closing.signal },
    );
  }

  return {
    list: (request) =>
      ask(
        request.path + queryString(request.query),
        request.purpose,
        Number(request.query.limit) > smallestPage,
        (answer) => parsePage(answer, request, authorization.origin()),
      ),
    account: (parts) =>
      ask(`/api/v4/account${queryString({ with: parts.join() })}`, 'account', false, parseAccount),
    requests: (purpose) => counts.get(purpose) ?? 0,
    usefulConcurrency: pacer.usefulConcurrency,
    onWaiting: pacer.onWaiting,
    async close() {
      closing.abort(new InterruptedError('The connection to Kommo was closed.'));
      await transport.close();
    },
  };
}

function queryString(query: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== '');
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, `${value}`])).toString();
  return text === '' ? '' : `?${text}`;
}
