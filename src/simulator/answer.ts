import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Account } from './account.ts';
import { answerApi, type Question, resourceAt } from './api.ts';
import { answerInstead, repeatedQuery, sendFaulty, spoil } from './fault-delivery.ts';
import type { Faults } from './faults.ts';
import type { OAuth } from './oauth.ts';
import type { SimulatorOptions } from './options.ts';
import { type Answer, htmlPage, problem, unknownRoute } from './problems.ts';
import { mix } from './random.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Readings } from './readings.ts';
import type { RequestInfo } from './request.ts';
import { send } from './send.ts';
import type { Statistics } from './statistics.ts';

/** All parts of a running simulator, for those who answer its requests. */
export interface Service {
  account: Account;
  readings: Readings;
  oauth: OAuth;
  statistics: Statistics;
  faults: Faults;
  limit: RateLimit;
  options: SimulatorOptions;
  /** How many API requests came so far. */
  requests: number;
  random(): number;
  milliseconds(): number;
}

/** Where each of the two hosts has what it serves. */
const roots = { account: '/api/v4/', drive: '/v1.0/' } as const;
/** nginx refuses longer addresses (observed-data.md §3). */
const LONGEST_ADDRESS = 8190;
const TOKEN = '/oauth2/access_token';
const LOOKUP = '/oauth2/account/current/subdomain';

/** Answers a request as Kommo would: counted and limited when it gets here, evaluated after the latency. */
export async function answerRequest(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
  host: Question['host'],
): Promise<void> {
  const { spread = 0 } = service.options;
  if (spread > 0) await pause(service, spread * service.random());
  const info = describe(service, request, host);
  service.statistics.arrive(info.at, info.list ?? 'unknown');
  const permitted = service.limit.permits(info.at);
  const body = request.method === 'POST' ? await readBody(request) : '';
  await delay(service);
  if (!permitted) return finish(service, info, request, response, tooMany());
  await service.options.onRequest?.(info);
  const fault = service.faults.next(info);
  if (fault?.kind === 'reset') {
    log(service, info, 0, 0);
    request.socket.destroy();
    return;
  }
  const instead = fault && answerInstead(fault, info.parameters);
  if (fault?.kind === 'heavy' && instead !== undefined) await pause(service, fault.milliseconds);
  let answer = instead ?? evaluate(service, info, body, fault?.kind === 'repeat');
  if (fault !== undefined && instead === undefined) answer = spoil(fault, answer);
  if (fault === undefined || !['reset-body', 'stall', 'huge', 'slow'].includes(fault.kind)) {
    return finish(service, info, request, response, answer);
  }
  const status = fault.kind === 'huge' ? 200 : answer.status;
  log(service, info, status, answer.records ?? 0);
  response.writeHead(status, { 'Content-Type': answer.contentType ?? 'application/hal+json' });
  sendFaulty(fault, response, Buffer.from(answer.body ?? ''));
}

function describe(service: Service, request: IncomingMessage, host: Question['host']): RequestInfo {
  const url = request.url ?? '/';
  const cut = url.indexOf('?');
  const path = cut < 0 ? url : url.slice(0, cut);
  const query = cut < 0 ? '' : url.slice(cut + 1);
  service.requests++;
  return {
    number: service.requests,
    method: request.method ?? 'GET',
    host,
    path,
    query,
    parameters: new URLSearchParams(query),
    list: path.startsWith(roots[host])
      ? resourceAt(host, path.slice(roots[host].length))
      : path.startsWith('/oauth2/')
        ? 'token'
        : undefined,
    headers: request.headers,
    at: service.milliseconds(),
  };
}

function evaluate(service: Service, info: RequestInfo, body: string, repeat: boolean): Answer {
  const { account, readings, oauth } = service;
  const { host, path } = info;
  const root = roots[host];
  if (host === 'account') {
    if (path === LOOKUP) return oauth.lookUp(info.headers['x-refresh-token']);
    if (readings.renamed !== 'no') return problem(readings.renamed, 'Account not found');
    if (path === TOKEN) return exchangeToken(service, info.method, body);
  }
  if (path.length + info.query.length > LONGEST_ADDRESS) return htmlPage(414);
  if (!path.startsWith(root)) return unknownRoute(info.method, path);
  if (!oauth.accepts(info.headers.authorization)) return problem(401, 'Неверный логин или пароль');
  if (info.method !== 'GET') return problem(405, 'Method not allowed');
  const query = repeat ? repeatedQuery(info.query) : info.query;
  // The links of an answer lead to the host that was asked, under whatever name.
  const self = `http://${info.headers.host ?? 'localhost'}${path}${query === '' ? '' : `?${query}`}`;
  const cookies = info.headers.cookie !== undefined;
  const since = Date.parse(info.headers['if-modified-since'] ?? '') / 1000;
  const modifiedSince = Number.isNaN(since) ? undefined : since;
  const question = { host, path: path.slice(root.length), query, self, cookies, modifiedSince };
  return answerApi(account, readings, question);
}

function exchangeToken({ oauth, statistics }: Service, method: string, body: string): Answer {
  if (method !== 'POST') return problem(405, 'Method not allowed');
  const before = oauth.refreshes;
  const answer = oauth.exchange(body);
  statistics.tokenRefreshes += oauth.refreshes - before;
  return answer;
}

function finish(
  service: Service,
  info: RequestInfo,
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): void {
  log(service, info, answer.status, answer.records ?? 0);
  const { readings, options } = service;
  const headers: Record<string, string> = { ...answer.headers };
  headers['X-Request-Id'] = `simulated-${info.number}`;
  headers['X-Runtime-Generated'] = ((service.milliseconds() - info.at) / 1000).toFixed(6);
  headers['Set-Cookie'] = `session_id=simulated${info.number}; path=/; HttpOnly`;
  if (readings.dateHeader) headers.Date = new Date(1000 * clockOf(service, info)).toUTCString();
  send(request, response, answer, headers, options.compress ?? true);
}

/** One server among three may tell another time (`strayDate`). */
function clockOf({ account, readings }: Service, { number }: RequestInfo): number {
  return account.now() + (mix(3, number, 5) % 3 === 0 ? readings.strayDate : 0);
}

function log(service: Service, info: RequestInfo, status: number, records: number): void {
  const { at, method, path, query, list } = info;
  service.statistics.answer({
    at,
    method,
    url: query === '' ? path : `${path}?${query}`,
    list,
    status,
    records,
  });
}

/** A 429 need not be JSON, and says nothing of when to come back (kommo-api.md §3). */
function tooMany(): Answer {
  return htmlPage(429);
}

async function delay(service: Service): Promise<void> {
  const { latency = 0, jitter = 0 } = service.options;
  if (latency > 0) await pause(service, latency * (1 + jitter * (2 * service.random() - 1)));
}

async function pause({ options: { clock } }: Service, milliseconds = 0): Promise<void> {
  if (milliseconds <= 0) return;
  if (clock?.sleep) await clock.sleep(milliseconds);
  else await wait(milliseconds);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}
