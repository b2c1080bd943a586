import type { Clock } from '../clock.ts';
import { InterruptedError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Redactor } from '../redact.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { createPacer, type Pacer, spacingOf } from './pace.ts';
import type { ProxySettings } from './proxy.ts';
import { type Task, withRetries } from './retry.ts';
import { createSharedPace } from './shared-pace.ts';
import { Silence } from './silence.ts';
import { createTransport, type Transport } from './transport.ts';

/** What of the world the requests to Kommo depend on. */
export interface NetworkOptions {
  /** For the User-Agent. */
  version: string;
  clock: Clock;
  /** A number from 0 (included) to 1 (excluded). */
  random: () => number;
  log: Log;
  /** Told every token before its first use. */
  redactor: Redactor;
  /** Names the proxy to go through, if any. */
  environment?: ProxySettings;
  /** Real sockets when absent. */
  transport?: Transport;
}

/** How fast requests may set out. */
export interface Rate {
  requestsPerSecond: number;
  /** Processes of this user that name the same group keep the rate together. */
  rateLimitGroup?: string | undefined;
}

/** The way to Kommo that all requests of the process share. */
export interface Network {
  exchange: Exchange;
  pacer: Pacer;
  /** Repeats `attempt` while it meets setbacks. */
  persist<T>(task: Task, attempt: () => Promise<T>): Promise<T>;
  requests(purpose: string): number;
  close(): Promise<void>;
}

/** Opens nothing yet: sockets are made when the first request sets out. */
export function createNetwork({ requestsPerSecond, rateLimitGroup }: Rate, options: NetworkOptions): Network {
  const { version, clock, random, log, redactor } = options;
  const closing = new AbortController();
  const { signal } = closing;
  const transport = options.transport ?? createTransport({}, options.environment);
  const shared =
    rateLimitGroup === undefined ? undefined : createSharedPace(rateLimitGroup, spacingOf(requestsPerSecond));
  const pacer = createPacer({ requestsPerSecond, clock, signal, shared });
  const silence = new Silence();
  const counts = new Map<string, number>();
  return {
    pacer,
    exchange: createExchange({
      transport,
      pacer,
      clock,
      log,
      redact: redactor.redact,
      userAgent: `source-kommo/${version}`,
      onRequest: (purpose) => counts.set(purpose, (counts.get(purpose) ?? 0) + 1),
    }),
    persist: (task, attempt) => withRetries(attempt, task, { clock, random, log, signal, silence }),
    requests: (purpose) => counts.get(purpose) ?? 0,
    async close() {
      closing.abort(new InterruptedError('The connection to Kommo was closed.'));
      await transport.close();
    },
  };
}
