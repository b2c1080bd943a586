import { Agent, type Dispatcher } from 'undici';
import { UnexpectedAnswerError } from '../errors.ts';
import { readText } from './body.ts';
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
  /** Of the decoded body. */
  bodyBytes: number;
  connections: number;
}

export const defaultLimits: TransportLimits = {
  connectMilliseconds: 10_000,
  headersMilliseconds: 75_000,
  stallMilliseconds: 30_000,
  bodyBytes: 64 * 1024 * 1024,
  connections: 32,
};

/** Real sockets, kept alive. */
export function createTransport(limits: Partial<TransportLimits> = {}): Transport {
  const { connectMilliseconds, headersMilliseconds, stallMilliseconds, bodyBytes, connections } = {
    ...defaultLimits,
    ...limits,
  };
  const agent = new Agent({
    connections,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    headersTimeout: headersMilliseconds,
    bodyTimeout: stallMilliseconds,
    connect: { timeout: connectMilliseconds },
  });
  const dispatcher = agent.compose(tellWhenSent);
  return {
    async send({ url, method, headers, body, onSent }) {
      const { origin, pathname, search } = new URL(url);
      try {
        const request: RequestOptions = {
          onSent,
          origin,
          path: pathname + search,
          method,
          headers: { 'accept-encoding': 'gzip, br', ...headers },
          body: body ?? null,
        };
        const answer = await dispatcher.request(request);
        return {
          status: answer.statusCode,
          headers: firstValues(answer.headers),
          body: await readText(answer.body, answer.headers['content-encoding'], bodyBytes),
        };
      } catch (error) {
        throw asSetback(error);
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

const noConnection = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const noAnswerInTime = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

function asSetback(error: unknown): unknown {
  if (error instanceof Setback || error instanceof UnexpectedAnswerError) return error;
  const code = codeOf(error);
  if (code === undefined && !(error instanceof Error)) return error;
  const context = { detail: error instanceof Error ? error.message : String(error), cause: error };
  if (code !== undefined && noAnswerInTime.has(code))
    return new Setback('timeout', 'no answer in time', context);
  if (code === 'ENOTFOUND') return new Setback('unknown-host', 'no such host (ENOTFOUND)', context);
  if (code !== undefined && (noConnection.has(code) || isCertificateTrouble(code))) {
    return new Setback('unreachable', `no connection (${code})`, context);
  }
  return new Setback('broken', `the connection broke off${code ? ` (${code})` : ''}`, context);
}

function isCertificateTrouble(code: string): boolean {
  return code.startsWith('ERR_TLS') || code.includes('CERT') || code.includes('SIGNATURE');
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
