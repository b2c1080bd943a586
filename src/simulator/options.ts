import type { Log } from '../log.ts';
import type { AccountSize } from './account-size.ts';
import type { Fault } from './faults.ts';
import { declarationOf } from './lists.ts';
import type { LimitPolicy } from './rate-limit.ts';
import type { Readings } from './readings.ts';
import type { RequestInfo } from './request.ts';

/** What a simulated account is like. Everything has a default. */
export interface SimulatorOptions {
  /** 0 lets the system choose. */
  port?: number;
  host?: string;
  seed?: number;
  subdomain?: string;
  /** Milliseconds; default the system's clock. A `sleep` is used for latency when it has one. */
  clock?: { now(): number; sleep?(milliseconds: number): Promise<void> };
  /** Default 300; the other counts derive from it. */
  leads?: number;
  contacts?: number;
  companies?: number;
  tasks?: number;
  events?: number;
  users?: number;
  pipelines?: number;
  /** Default 3: products, invoices and one of the account's own. */
  catalogs?: number;
  /** How many records any other list has, by its name. */
  rows?: Record<string, number>;
  /** How far the history reaches back from the last midnight (UTC), default 2. */
  years?: number;
  /** Exactly so many values on every lead; without it some have none and some have several. */
  customFieldsPerLead?: number;
  /** Default 7; null permits any rate. */
  requestsPerSecond?: number | null;
  /** Requests a second that another program takes from that budget. */
  competitor?: number;
  /** How requests are counted; default what arrived in the last second. */
  limitPolicy?: LimitPolicy;
  /** Requests arrive from 0 to so many milliseconds later than they set out, at random, and count when they arrive. */
  spread?: number;
  /** Milliseconds until an answer, and the fraction by which they vary. */
  latency?: number;
  jitter?: number;
  /** Compress bodies above 1 kB for clients that ask for it; default true. */
  compress?: boolean;
  readings?: Partial<Readings>;
  /** Runs before each API request is evaluated: random writers live here. */
  onRequest?(request: RequestInfo): void | Promise<void>;
  fault?(request: RequestInfo): Fault | undefined;
  /** Let writers leave events behind; default false. */
  recordEvents?: boolean;
  /** The long-lived token; default one in Kommo's form, which says when it ends. */
  token?: string;
  /** The second at which the long-lived token ends; default a year from now. */
  tokenExpiresAt?: number;
  oauth?: OAuthOptions;
  log?: Log;
}

/** An integration of the account, for the token endpoint. */
export interface OAuthOptions {
  clientId?: string;
  clientSecret?: string;
  redirectUri?: string;
  authorizationCode?: string;
  refreshToken?: string;
  /** Lifetime of an access token, default 86,400 seconds (kommo-api.md §2.2). */
  accessTokenSeconds?: number;
  /** What the lookup of a renamed account says (kommo-api.md §2.3). */
  renamedTo?: { subdomain: string; domain: string; top_level_domain: string };
}

/** What the ordered index can tell apart, with room for rows that are created later. */
const MOST_ROWS = 4_000_000;

/** The amounts that the options ask for, the others in proportion to the leads. */
export function accountSize(options: SimulatorOptions): AccountSize {
  const leads = options.leads ?? 300;
  const size: AccountSize = {
    leads,
    contacts: options.contacts ?? Math.ceil(leads * 0.8),
    companies: options.companies ?? Math.ceil(leads * 0.25),
    tasks: options.tasks ?? Math.ceil(leads * 0.6),
    events: options.events ?? leads * 2,
    users: options.users ?? 12,
    pipelines: options.pipelines ?? 3,
    catalogs: options.catalogs ?? 3,
    rows: options.rows ?? {},
    years: options.years ?? 2,
    customFieldsPerLead: options.customFieldsPerLead,
  };
  Object.keys(size.rows).forEach(declarationOf);
  for (const [name, count] of Object.entries({ ...size, ...size.rows })) {
    if (typeof count === 'number' && count > MOST_ROWS)
      throw new RangeError(`${name}: a list holds ${MOST_ROWS} records at most`);
  }
  return size;
}
