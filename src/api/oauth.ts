import type { Clock } from '../clock.ts';
import { ConfigError, UnexpectedAnswerError } from '../errors.ts';
import { isKommoHost, isLoopback } from '../host.ts';
import type { Exchange } from './exchange.ts';
import { asObject, parseJson } from './page.ts';
import { parseProblem } from './problem.ts';
import { detailOf, refusal } from './refusal.ts';
import type { TokenPair } from './token.ts';
import type { Answer } from './transport.ts';

/** The integration that signs in (kommo-api.md §2.2). */
export interface Integration {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
}

/** Either what the consent page gave back, or the refresh token of an earlier pair. */
export type Grant =
  | { grant_type: 'authorization_code'; code: string }
  | { grant_type: 'refresh_token'; refresh_token: string };

/** The requests of signing in are counted under this name. */
export const purpose = 'authorization';

/** Seconds; Kommo gives a day. A date beyond all calendars could not be written down. */
const longestLifetime = 365 * 24 * 60 * 60;

const tokenPath = '/oauth2/access_token';

/** Where a person permits the integration to read the account at `origin`. */
export function consentUrl({
  origin,
  clientId,
  state,
}: {
  origin: string;
  clientId: string;
  state: string;
}): string {
  const { hostname } = new URL(origin);
  const domain = ['amocrm.ru', 'amocrm.com'].find((domain) => hostname.endsWith(`.${domain}`)) ?? 'kommo.com';
  const url = new URL('/oauth', isKommoHost(hostname) ? `https://www.${domain}` : origin);
  // With `post_message` the redirect happens in the window that shows the page.
  url.search = new URLSearchParams({ client_id: clientId, state, mode: 'post_message' }).toString();
  return url.href;
}

/** The grant is not known at this address (401, 404): it is used up, or the account has moved. */
export class GrantRefusedError extends ConfigError {}

/**
 * One request for a pair. Rejects with a GrantRefusedError where the account may have moved. `wayBack` tells the user
 * what to do where a refresh token is refused.
 */
export async function requestTokens(
  exchange: Exchange,
  origin: string,
  { clientId, clientSecret, redirectUri }: Integration,
  grant: Grant,
  clock: Clock,
  wayBack = 'run "source-kommo login"',
): Promise<TokenPair> {
  const answer = await exchange({
    method: 'POST',
    origin,
    path: tokenPath,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uri: redirectUri,
      ...grant,
    }),
    purpose,
  });
  const { status } = answer;
  if (status === 400 || status === 401 || status === 404) throw refusedGrant(answer, grant, wayBack);
  if (status >= 300) throw refusal(answer, { purpose, path: tokenPath, origin });
  const body = asObject(parseJson(answer));
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = body ?? {};
  const oldToken = grant.grant_type === 'refresh_token' ? grant.refresh_token : undefined;
  const nextToken = isText(refreshToken) ? refreshToken : oldToken;
  if (!isText(accessToken) || nextToken === undefined) {
    throw new UnexpectedAnswerError('Kommo answered the request for tokens in an unknown shape.');
  }
  // An hour where Kommo does not say how long, as other programs assume (airbyte.md §7.1).
  const lifetime = typeof seconds === 'number' && seconds > 0 ? Math.min(seconds, longestLifetime) : 3600;
  return { accessToken, refreshToken: nextToken, expiresAt: clock.now() + lifetime * 1000 };
}

/**
 * Where an account lives that was renamed or moved (kommo-api.md §2.3); undefined when nobody says so. The
 * refresh token goes to hosts of Kommo only, or to this machine where the account itself is simulated on it.
 */
export async function lookUpOrigin(
  exchange: Exchange,
  origin: string,
  apiDomain: string | undefined,
  refreshToken: string,
): Promise<string | undefined> {
  const isSimulated = isLoopback(new URL(origin).hostname);
  if (!isSimulated && !isKommoHost(new URL(origin).hostname)) return undefined;
  const knower = isSimulated ? origin : knownOrigin(apiDomain);
  if (knower === undefined) return undefined;
  const answer = await exchange({
    method: 'GET',
    origin: knower,
    path: '/oauth2/account/current/subdomain',
    headers: { 'x-refresh-token': refreshToken },
    purpose,
  });
  if (answer.status !== 200) return undefined;
  const domain = asObject(parseJson(answer))?.domain;
  if (!isText(domain)) return undefined;
  const found = knownOrigin(domain) ?? (isSimulated ? loopbackOrigin(domain) : undefined);
  if (found === undefined) {
    throw new UnexpectedAnswerError(
      'Kommo says that the account has moved to a host that is not under kommo.com, amocrm.ru or amocrm.com; nothing was sent there.',
    );
  }
  return found === origin ? undefined : found;
}

function knownOrigin(host: string | undefined): string | undefined {
  return host !== undefined && isKommoHost(host) ? `https://${host}` : undefined;
}

function loopbackOrigin(host: string): string | undefined {
  const url = URL.parse(`http://${host}`);
  return url && isLoopback(url.hostname) ? url.origin : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function refusedGrant(answer: Answer, grant: Grant, wayBack: string): ConfigError {
  const Refused = answer.status === 400 ? ConfigError : GrantRefusedError;
  const { text } = parseProblem(answer);
  const context = { detail: detailOf(answer, tokenPath, text) };
  const said = text === '' ? '' : ` Kommo says: ${text}`;
  if (grant.grant_type === 'authorization_code') {
    return new Refused(
      `Kommo refused the authorization code (${answer.status}). A code works once and for 20 minutes: authorize again, and check client_id, client_secret and redirect_uri.${said}`,
      context,
    );
  }
  return new Refused(
    `Kommo refused the refresh token (${answer.status}). Each one works only once, so another program or an earlier run may have used it; or it was unused for three months, the integration was disabled, or client_id, client_secret or redirect_uri are wrong. To authorize again, ${wayBack}.${said}`,
    context,
  );
}
