import type { IncomingHttpHeaders } from 'node:http';

/** An API request as hooks and faults see it. */
export interface RequestInfo {
  /** Counts API requests from 1, over the life of the simulator. */
  number: number;
  method: string;
  /** The account's own host, or the one that it names for files. */
  host: 'account' | 'drive';
  /** Without the query: `/api/v4/leads`. */
  path: string;
  /** As it came, without the question mark. */
  query: string;
  parameters: URLSearchParams;
  /** The list it asks for, as the account names it; `account`, `statuses`, `token` and the like for other resources. */
  list: string | undefined;
  headers: IncomingHttpHeaders;
  /** When it arrived, in milliseconds of the simulator's clock. */
  at: number;
}
