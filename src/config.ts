import type { z } from 'zod';
import type { CustomFieldChoice } from './custom-field-choice.ts';
import { ConfigError } from './errors.ts';
import { Settings } from './settings.ts';

/** The settings as the program uses them, validated and normalised. */
export interface Config {
  /** Origin of the account, without a trailing slash: `https://acme.kommo.com`. */
  origin: string;
  credentials: Credentials;
  /** Unix seconds; undefined reads everything. */
  startDate: number | undefined;
  lookbackSeconds: number;
  /** Incremental runs ask the event log for what cursors do not tell. */
  witness: boolean;
  requestsPerSecond: number;
  /** Processes that name the same group keep the rate together. */
  rateLimitGroup: string | undefined;
  /** The custom fields that get columns of their own. */
  customFieldColumns: CustomFieldChoice;
  /** File that keeps refreshed tokens, where one is configured. */
  tokenStore: string | undefined;
  /** The settings as they were received, for write-back. */
  received: Readonly<Record<string, unknown>>;
  /** What the user calls the settings that an account can turn out to refuse. */
  called: Called;
}

export interface Called {
  /** The one that says where the account is. */
  account: string;
  /** The one that holds the long-lived token. */
  token: string;
  refreshToken: string;
}

/** What stands for the name of a setting that a variable gave: `{ api_key: 'KOMMO_API_KEY' }`. */
export type Names = Readonly<Record<string, string>>;

/** How an unvalidated setting is called where nothing else is known. */
export const ownNames: Called = {
  account: 'subdomain',
  token: 'credentials.access_token',
  refreshToken: 'credentials.refresh_token',
};

export type Credentials =
  | { type: 'long_lived_token'; accessToken: string }
  | {
      type: 'oauth2.0';
      clientId: string;
      clientSecret: string;
      redirectUri: string;
      refreshToken: string;
      accessToken: string | undefined;
      /** Milliseconds since the epoch. */
      expiresAt: number | undefined;
    };

type Received = Readonly<Record<string, unknown>>;

/**
 * Validates what a config file holds. Throws a ConfigError that names every bad field in one line, by the variable
 * that gave it where `names` knows one.
 */
export function parseConfig(received: unknown, names: Names = {}): Config {
  if (!isObject(received))
    throw new ConfigError('The config must be a JSON object with at least subdomain and credentials.');
  const name = (setting: string) => names[setting] ?? setting;
  const usesShortForm = isGiven(received.api_key);
  if (usesShortForm && isGiven(received.credentials)) {
    throw new ConfigError(
      `The config is not valid: give either ${name('credentials')} or ${name('api_key')}, not both.`,
    );
  }
  const called = {
    account: name(isGiven(received.api_url) && !isGiven(received.subdomain) ? 'api_url' : 'subdomain'),
    token: name(usesShortForm ? 'api_key' : 'credentials.access_token'),
    refreshToken: name('credentials.refresh_token'),
  };
  const parsed = Settings.safeParse(withoutShortForms(received));
  if (!parsed.success) {
    const nameAt = (path: string) =>
      usesShortForm && path === 'credentials.access_token' ? called.token : name(path);
    throw new ConfigError(`The config is not valid: ${describe(parsed.error, nameAt)}.`);
  }
  const settings = parsed.data;
  return {
    origin: settings.api_url ?? settings.subdomain,
    credentials: credentialsOf(settings.credentials),
    startDate: settings.start_date,
    lookbackSeconds: settings.lookback_window_minutes * 60,
    witness: settings.witness,
    requestsPerSecond: settings.requests_per_second,
    rateLimitGroup: settings.rate_limit_group,
    customFieldColumns: settings.custom_field_columns,
    tokenStore: settings.token_store,
    received,
    called,
  };
}

/** The settings completed by KOMMO_SUBDOMAIN and KOMMO_API_KEY, where they do not say it themselves. */
export function withEnvironment(
  received: Received,
  environment: Readonly<Record<string, string | undefined>>,
): { received: Record<string, unknown>; names: Names } {
  const { KOMMO_SUBDOMAIN: subdomain, KOMMO_API_KEY: apiKey } = environment;
  const needsAccount = !isGiven(received.subdomain) && !isGiven(received.api_url);
  const needsKey = !isGiven(received.credentials) && !isGiven(received.api_key);
  const given = {
    ...(subdomain && needsAccount && { subdomain }),
    ...(apiKey && needsKey && { api_key: apiKey }),
  };
  const variables = { subdomain: 'KOMMO_SUBDOMAIN', api_key: 'KOMMO_API_KEY' };
  const names = Object.entries(variables).filter(([setting]) => setting in given);
  return { received: { ...received, ...given }, names: Object.fromEntries(names) };
}

function credentialsOf(credentials: Settings['credentials']): Credentials {
  if (credentials.auth_type === 'long_lived_token') {
    return { type: 'long_lived_token', accessToken: credentials.access_token };
  }
  return {
    type: 'oauth2.0',
    clientId: credentials.client_id,
    clientSecret: credentials.client_secret,
    redirectUri: credentials.redirect_uri,
    refreshToken: credentials.refresh_token,
    accessToken: credentials.access_token,
    expiresAt: credentials.token_expiry_date,
  };
}

/**
 * The settings in the one form that the schema describes. Orchestrators send null or '' for what is not set,
 * and numbers from the environment as text; `api_key` stands for a long-lived token; `api_url` makes a
 * subdomain unnecessary.
 */
function withoutShortForms(received: Received): Record<string, unknown> {
  const settings = withoutGaps(received);
  const { api_key: apiKey, api_url: apiUrl } = settings;
  if (apiKey !== undefined) settings.credentials = { auth_type: 'long_lived_token', access_token: apiKey };
  else if (isObject(settings.credentials)) settings.credentials = withoutGaps(settings.credentials);
  // The address replaces the account's own, so that any account name does.
  if (apiUrl !== undefined) settings.subdomain ??= 'account';
  for (const name of ['lookback_window_minutes', 'requests_per_second']) {
    const value = settings[name];
    if (typeof value === 'string' && value.trim() !== '') settings[name] = Number(value);
  }
  if (settings.witness === 'true' || settings.witness === 'false')
    settings.witness = settings.witness === 'true';
  return settings;
}

function withoutGaps(received: Received): Record<string, unknown> {
  return Object.fromEntries(Object.entries(received).filter(([, value]) => isGiven(value)));
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function describe(error: z.ZodError, nameAt: (path: string) => string): string {
  const lines = error.issues.map((issue) => `${nameAt(issue.path.join('.'))} ${issue.message}`);
  return [...new Set(lines)].join('; ');
}
