import type { RequestInfo } from './request.ts';

/** One way in which an answer goes wrong. */
export type Fault =
  /** Another status instead of the answer; the body is HTML when none is given. */
  | { kind: 'status'; status: number; headers?: Record<string, string>; contentType?: string; body?: string }
  /** The connection breaks before the first byte, or in the middle of the body. */
  | { kind: 'reset' }
  | { kind: 'reset-body' }
  /** Half of the body, then silence until the reader gives up. */
  | { kind: 'stall' }
  /** Status 200 with half a document, with something that is no JSON, or with nothing. */
  | { kind: 'cut' }
  | { kind: 'invalid-json' }
  | { kind: 'empty' }
  | { kind: 'content-type'; contentType: string }
  /** The link to the next page leads to this page again, or to the address given. */
  | { kind: 'next'; href: 'same' | string }
  /** The page before this one once more. */
  | { kind: 'repeat' }
  /** Pages above this size are answered with 504: at once, or after so long a try. */
  | { kind: 'heavy'; above: number; milliseconds?: number }
  /** 403 as HTML, for this and for every later request, until `faults.clear()`. */
  | { kind: 'ban' }
  /** Each record of the page passes through the function. */
  | { kind: 'records'; change(record: Record<string, unknown>, index: number): unknown }
  /** The whole document passes through the function. */
  | { kind: 'body'; change(body: Record<string, unknown>): unknown }
  /** So many bytes of valid JSON, made while they are sent. */
  | { kind: 'huge'; bytes: number }
  /** The body in small pieces, over this time. */
  | { kind: 'slow'; milliseconds: number };

/** A fault and the requests that it meets. */
export interface FaultRule {
  fault: Fault;
  /** Only requests to this list. */
  list?: string;
  match?(request: RequestInfo): boolean;
  /** Let so many matching requests pass first. */
  after?: number;
  /** Meet so many of them at most. */
  times?: number;
  /** Meet only this share of them, by chance that follows from the seed. */
  share?: number;
}

/** The faults with names, for the command line and for other processes. */
export const namedFaults: Record<string, Fault> = {
  'rate-limited': { kind: 'status', status: 429, headers: { 'Retry-After': '1' } },
  'rate-limited-silent': {
    kind: 'status',
    status: 429,
    contentType: 'text/plain',
    body: 'Too many requests',
  },
  'rate-limited-date': {
    kind: 'status',
    status: 429,
    headers: { 'Retry-After': 'Wed, 21 Oct 2015 07:28:00 GMT' },
  },
  'rate-limited-absurd': { kind: 'status', status: 429, headers: { 'Retry-After': '31536000' } },
  'server-error': { kind: 'status', status: 500 },
  'bad-gateway': { kind: 'status', status: 502 },
  unavailable: { kind: 'status', status: 503 },
  timeout: { kind: 'status', status: 504 },
  'early-end': { kind: 'status', status: 204 },
  unauthorized: { kind: 'status', status: 401, ...jsonProblem(401, 'Invalid user name or password') },
  payment: { kind: 'status', status: 402, ...jsonProblem(402, 'Account is not paid') },
  forbidden: { kind: 'status', status: 403, ...jsonProblem(403, 'Insufficient rights') },
  'not-found': { kind: 'status', status: 404, ...jsonProblem(404, 'Resource not found') },
  redirect: { kind: 'status', status: 302, headers: { Location: 'http://other-host.invalid/api/v4/leads' } },
  ban: { kind: 'ban' },
  reset: { kind: 'reset' },
  'reset-body': { kind: 'reset-body' },
  stall: { kind: 'stall' },
  cut: { kind: 'cut' },
  'invalid-json': { kind: 'invalid-json' },
  empty: { kind: 'empty' },
  'content-type': { kind: 'content-type', contentType: 'text/html' },
  'next-same': { kind: 'next', href: 'same' },
  'next-elsewhere': { kind: 'next', href: 'https://other-host.invalid/api/v4/leads?page=2' },
  repeat: { kind: 'repeat' },
  heavy: { kind: 'heavy', above: 100 },
  'heavy-late': { kind: 'heavy', above: 100, milliseconds: 20_000 },
  'not-an-object': { kind: 'records', change: (record, index) => (index === 1 ? 'text' : record) },
  'without-id': {
    kind: 'records',
    change: (record, index) => (index === 1 ? { ...record, id: undefined } : record),
  },
  'text-for-object': { kind: 'records', change: (record) => ({ ...record, _embedded: 'text' }) },
  huge: { kind: 'huge', bytes: 100_000_000 },
  slow: { kind: 'slow', milliseconds: 2000 },
};

/** Decides which requests go wrong; rules may be added and cleared while the account runs. */
export class Faults {
  banned = false;
  private rules: { rule: FaultRule; seen: number; met: number }[] = [];
  private readonly random: () => number;
  private readonly scripted: ((request: RequestInfo) => Fault | undefined) | undefined;

  constructor(random: () => number, scripted?: (request: RequestInfo) => Fault | undefined) {
    this.random = random;
    this.scripted = scripted;
  }

  add(rule: FaultRule): void {
    this.rules.push({ rule, seen: 0, met: 0 });
  }

  /** Adds a rule with a named fault; throws an error that says which there are. */
  addNamed(name: string, rule: Omit<FaultRule, 'fault'> = {}): void {
    const fault = namedFaults[name];
    if (fault === undefined) {
      throw new Error(`there is no fault "${name}"; there are: ${Object.keys(namedFaults).join(', ')}`);
    }
    this.add({ ...rule, fault });
  }

  /** All is well again, a ban included. */
  clear(): void {
    this.rules = [];
    this.banned = false;
  }

  /** The fault that meets this request, if any. */
  next(request: RequestInfo): Fault | undefined {
    const fault = this.banned ? namedFaults.ban : (this.scripted?.(request) ?? this.fromRules(request));
    if (fault?.kind === 'ban') this.banned = true;
    return fault;
  }

  private fromRules(request: RequestInfo): Fault | undefined {
    for (const entry of this.rules) {
      const { rule } = entry;
      if (rule.list !== undefined && rule.list !== request.list) continue;
      if (rule.match?.(request) === false) continue;
      entry.seen++;
      if (entry.seen <= (rule.after ?? 0) || entry.met >= (rule.times ?? Number.POSITIVE_INFINITY)) continue;
      if (rule.share !== undefined && this.random() >= rule.share) continue;
      entry.met++;
      return rule.fault;
    }
    return undefined;
  }
}

function jsonProblem(status: number, detail: string): { contentType: string; body: string } {
  const body = { title: 'Error', type: `https://httpstatus.es/${status}`, status, detail };
  return { contentType: 'application/problem+json', body: JSON.stringify(body) };
}
