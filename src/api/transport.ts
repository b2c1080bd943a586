import { type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { readText } from './body.ts';
import { lineTrouble } from './line-trouble.ts';
import { type ProxySettings, readProxy } from './proxy.ts';
import { Setback } from './setback.ts';

export interface OutgoingRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** Told when the request is written to a connected socket: that is when it sets out for the server. */
  onSent?: () => void;
}

export interface Answer {
  status: number;
  /** Names in lower case; of a repeated header the first. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** One HTTP exchange at a time, no redirects followed, no cookies kept. */
export interface Transport {
  /** Rejects with a Setback where another try may help. */
  send(request: OutgoingRequest): Promise<Answer>;
  /** Ends what is under way and releases the sockets. */
  close(): Promise<void>;
}

export interface TransportLimits {
  connectMilliseconds: number;
  /** Filtered lists of large accounts have been seen to take a minute (observed-data.md §5). */
  headersMilliseconds: number;
  /** Between two pieces of the body. */
  stallMilliseconds: number;
  /** From the connection to the last byte: a body may drip for ever without a stall. */
  exchangeMilliseconds: number;
  /** Of the decoded body. */
  bodyBytes: number;
  connections: number;
}

export const defaultLimits: TransportLimits = {
  connectMilliseconds: 10_000,
  headersMilliseconds: 75_000,
  stallMilliseconds: 30_000,
  exchangeMilliseconds: 180_000,
  bodyBytes: 64 * 1024 * 1024,
  connections: 64,
};

/**
 * Real sockets, kept alive, straight or through the proxy that `environment` names. Only https takes a proxy, which
 * then sees a tunnel: plain http is for this machine alone, and would show the token to the proxy. Throws a
 * ConfigError for a proxy that is no address.
 */
export function createTransport(
  limits: Partial<TransportLimits> = {},
  environment: ProxySettings = {},
): Transport {
  const { exchangeMilliseconds, bodyBytes, ...connection } = { ...defaultLimits, ...limits };
  const { connectMilliseconds, headersMilliseconds, stallMilliseconds, connections } = connection;
  const agent = new EnvHttpProxyAgent({
    ...readProxy(environment),
    httpProxy: '',
    connections,
    pipelining: 1,
    // One request at a time on a connection, which sets out when it is written.
    allowH2: false,
    keepAliveTimeout: 30_000,
    headersTimeout: headersMilliseconds,
    bodyTimeout: stallMilliseconds,
    connect: { timeout: connectMilliseconds },
    connectTimeout: connectMilliseconds,
  });
  const dispatcher = agent.compose(tellWhenSent);
  return {
    async send({ url, method, headers, body, onSent }) {
      const { origin, pathname, search, host } = new URL(url);
      const patience = new AbortController();
      const tooLong = setTimeout(
        () => patience.abort(new Setback('timeout', 'an answer that never ended')),
        exchangeMilliseconds,
      );
      try {
        const request: RequestOptions = {
          onSent,
          origin,
          path: pathname + search,
          method,
          headers: { 'accept-encoding': 'gzip, br', ...headers },
          body: body ?? null,
          signal: patience.signal,
        };
        const answer = await dispatcher.request(request);
        return {
          status: answer.statusCode,
          headers: firstValues(answer.headers),
          body: await readText(answer.body, answer.headers['content-encoding'], bodyBytes),
        };
      } catch (error) {
        throw lineTrouble(error, host);
      } finally {
        clearTimeout(tooLong);
      }
    },
    close: () => agent.destroy(),
  };
}

type RequestOptions = Dispatcher.RequestOptions & Pick<OutgoingRequest, 'onSent'>;

const tellWhenSent: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  dispatch(options, {
    onRequestStart(controller, context) {
      (options as RequestOptions).onSent?.();
      handler.onRequestStart?.(controller, context);
    },
    onRequestUpgrade: (...parts) => handler.onRequestUpgrade?.(...parts),
    onResponseStarted: () => handler.onResponseStarted?.(),
    onResponseStart: (...parts) => handler.onResponseStart?.(...parts),
    onResponseData: (...parts) => handler.onResponseData?.(...parts),
    onResponseEnd: (...parts) => handler.onResponseEnd?.(...parts),
    onResponseError: (...parts) => handler.onResponseError?.(...parts),
  });

function firstValues(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const first: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const text = Array.isArray(value) ? value[0] : value;
    if (text !== undefined) first[name.toLowerCase()] = text;
  }
  return first;
}
