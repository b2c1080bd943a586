import type { SizeOfPage } from './retry.ts';

/**
 * One list request. Keys of `query` are in bracket style as Kommo spells them: `filter[updated_at][from]`; one that
 * takes several values ends in `[]`.
 */
export interface ListRequest {
  path: string;
  /** Whom to ask: the account itself when absent, or the host of its files. */
  host?: 'account' | 'drive';
  /** The key of `_embedded` that holds the rows; undefined where the answer itself is the only row. */
  envelope: string | undefined;
  query: Readonly<Record<string, string | number | readonly (string | number)[]>>;
  /** Whether a smaller page can be asked for when the server does not manage this one; by default none can. */
  size?: SizeOfPage;
  /** Who asks, for logs, errors and counts: a stream's name. */
  purpose: string;
}

export interface Page {
  /** The rows as Kommo sent them, unchecked; empty for 204. */
  rows: unknown[];
  /** `_links.next` was present, whatever it links to. Neither necessary nor sufficient for a further page (kommo-api.md §5). */
  hasNext: boolean;
  /** `_total_items`, which few lists tell. Rows that the token may not see may be counted in it. */
  total: number | undefined;
  /** False for 204, which says that there is no such page. */
  exists: boolean;
  /** The server's clock (`Date` header) when it answered, Unix seconds; undefined when it did not say. */
  servedAt: number | undefined;
}

/** One account over HTTP: paced, retried, authorised. Knows nothing of streams. */
export interface KommoClient {
  /**
   * One page of a list. Rejects with an error of `errors.ts`: `HeavyPageError` when this page size is too much
   * for the server, `NotAvailableError` where this account or token cannot have the list, `BlockedError` for a ban,
   * `RefusedRequestError` for another 4xx of the question itself, `ConfigError` for token and account, `TransientError` when the tries are used up.
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
