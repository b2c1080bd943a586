import { SLIDING_SECOND } from './rate-limit.ts';

/** One request as the log of the server keeps it. */
export interface LoggedRequest {
  /** Milliseconds of the simulator's clock. */
  at: number;
  method: string;
  /** Path and query, as they came. */
  url: string;
  list: string | undefined;
  status: number;
  records: number;
}

const LOGGED = 10_000;

/** What the server saw. Requests to the control paths are not counted. */
export class Statistics {
  requests = 0;
  /** 429 answers. */
  rateLimited = 0;
  /** 204 answers. */
  empty = 0;
  records = 0;
  tokenRefreshes = 0;
  /** The most requests that arrived within any 1,000 milliseconds. */
  busiestSecond = 0;
  byList: Record<string, number> = {};
  byStatus: Record<string, number> = {};
  /** The latest requests, at most 10,000, oldest first. */
  log: LoggedRequest[] = [];
  private arrivals: number[] = [];

  reset(): void {
    this.requests = 0;
    this.rateLimited = 0;
    this.empty = 0;
    this.records = 0;
    this.tokenRefreshes = 0;
    this.busiestSecond = 0;
    this.byList = {};
    this.byStatus = {};
    this.log = [];
    this.arrivals = [];
  }

  /** Counts a request at the moment it arrives. */
  arrive(at: number, list: string): void {
    this.requests++;
    this.byList[list] = (this.byList[list] ?? 0) + 1;
    this.arrivals.push(at);
    let expired = 0;
    while (this.arrivals[expired]! <= at - SLIDING_SECOND) expired++;
    if (expired > 0) this.arrivals.splice(0, expired);
    this.busiestSecond = Math.max(this.busiestSecond, this.arrivals.length);
  }

  /** Counts the answer to it. */
  answer(request: LoggedRequest): void {
    this.byStatus[request.status] = (this.byStatus[request.status] ?? 0) + 1;
    this.records += request.records;
    if (request.status === 429) this.rateLimited++;
    if (request.status === 204) this.empty++;
    this.log.push(request);
    if (this.log.length > LOGGED * 1.2) this.log = this.log.slice(-LOGGED);
  }

  /** The figures without the log, for other processes. */
  summary(): Record<string, unknown> {
    const { requests, rateLimited, empty, records, tokenRefreshes, busiestSecond, byList, byStatus } = this;
    return { requests, rateLimited, empty, records, tokenRefreshes, busiestSecond, byList, byStatus };
  }
}
