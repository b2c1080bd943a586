import type { Answer, Transport } from '../api/transport.ts';
import type { Clock } from '../clock.ts';
import { TransientError } from '../errors.ts';

/** The most requests of one examination, renewals of a token and retries included. */
export const mostRequests = 100;

/** Thrown instead of the request that would be one too many. */
export class BudgetSpentError extends TransientError {
  constructor() {
    super(`the ${mostRequests} requests are used up`);
  }
}

/** One answer as the line delivered it; nothing of its body but whether it is there. */
export interface Exchanged {
  readonly status: number;
  /** Milliseconds from the request to the last byte. */
  readonly milliseconds: number;
  /** How far the `Date` of the answer is ahead of our clock, seconds; undefined where it has none. */
  readonly ahead: number | undefined;
  /** The `Date` of the answer, Unix seconds. */
  readonly servedAt: number | undefined;
  readonly encoding: string;
}

/** Counts and times what goes through `transport`, and lets no more than `mostRequests` pass. */
export class CountedTransport implements Transport {
  readonly exchanges: Exchanged[] = [];
  requests = 0;
  /** Sent with each request until they are taken away again. */
  headers: Readonly<Record<string, string>> = {};
  private readonly transport: Transport;
  private readonly clock: Clock;

  constructor(transport: Transport, clock: Clock) {
    this.transport = transport;
    this.clock = clock;
  }

  async send(request: Parameters<Transport['send']>[0]): Promise<Answer> {
    if (this.requests >= mostRequests) throw new BudgetSpentError();
    this.requests += 1;
    const sentAt = this.clock.now();
    const headers = { ...request.headers, ...this.headers };
    const answer = await this.transport.send({ ...request, headers });
    const middle = (sentAt + this.clock.now()) / 2;
    const date = Date.parse(answer.headers.date ?? '');
    this.exchanges.push({
      status: answer.status,
      milliseconds: this.clock.now() - sentAt,
      // A Date is cut to the second: half of one is missing on average.
      ahead: Number.isNaN(date) ? undefined : (date + 500 - middle) / 1000,
      servedAt: Number.isNaN(date) ? undefined : date / 1000,
      encoding: answer.headers['content-encoding'] ?? '',
    });
    return answer;
  }

  close(): Promise<void> {
    return this.transport.close();
  }
}
