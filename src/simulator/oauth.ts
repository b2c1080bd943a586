import { createHash } from 'node:crypto';
import type { OAuthOptions } from './options.ts';
import { type Answer, problem } from './problems.ts';
import { issueToken } from './tokens.ts';

/** The account's integration: who may read, and the single-use refresh tokens behind it (kommo-api.md §2.2). */
export class OAuth {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  /** A code that was not used yet; Kommo lets it live 20 minutes, the simulator until it is used. */
  authorizationCode: string;
  /** The one refresh token that is valid now. */
  refreshToken: string;
  accessTokenSeconds: number;
  /** How many times a refresh token was exchanged. */
  refreshes = 0;
  /** How many exchanges were refused. */
  refusals = 0;
  /** What the lookup of a renamed account says. */
  renamedTo: { subdomain: string; domain: string; top_level_domain: string };
  private readonly accessTokens = new Map<string, number>();
  private serial = 0;
  private readonly identity: { accountId: number; userId: number; now(): number };

  constructor(options: OAuthOptions, identity: { accountId: number; userId: number; now(): number }) {
    this.identity = identity;
    this.clientId = options.clientId ?? 'a1b2c3d4-0000-4000-8000-00000000c11e';
    this.clientSecret = options.clientSecret ?? this.opaque('secret');
    this.redirectUri = options.redirectUri ?? 'https://example.com/redirect';
    this.authorizationCode = options.authorizationCode ?? this.opaque('code');
    this.refreshToken = options.refreshToken ?? this.opaque('refresh');
    this.accessTokenSeconds = options.accessTokenSeconds ?? 86_400;
    this.renamedTo = options.renamedTo ?? {
      subdomain: 'renamed',
      domain: 'renamed.kommo.com',
      top_level_domain: 'com',
    };
  }

  /** A token that needs no refresh, `token` where it is given; valid until the second given. */
  issueLongLived(expiresAt: number, token = this.issue(expiresAt)): string {
    this.accessTokens.set(token, expiresAt);
    return token;
  }

  /** A fresh access token, as a refresh would bring it. */
  issueAccessToken(): string {
    return this.issue(this.identity.now() + this.accessTokenSeconds);
  }

  /** Whether a request with this header may read. */
  accepts(authorization: string | undefined): boolean {
    const expiresAt = this.accessTokens.get(authorization?.replace(/^Bearer /, '') ?? '');
    return expiresAt !== undefined && this.identity.now() < expiresAt;
  }

  /** Makes one access token, or all of them, invalid; refresh tokens live on. */
  revokeAccess(token?: string): void {
    if (token === undefined) this.accessTokens.clear();
    else this.accessTokens.delete(token);
  }

  /** Makes the refresh token invalid, as when the integration is removed. */
  revokeRefresh(): void {
    this.refreshToken = this.opaque('revoked');
  }

  /** Answers POST /oauth2/access_token. */
  exchange(text: string): Answer {
    const order = readOrder(text);
    if (order === undefined) return this.refuse(problem(400, 'Malformed request'));
    if (order.client_id !== this.clientId || order.client_secret !== this.clientSecret) {
      return this.refuse(refusal(401, 'Некорректный client_id или client_secret'));
    }
    if (order.redirect_uri !== this.redirectUri) return this.refuse(refusal(400, 'redirect_uri mismatch'));
    if (order.grant_type === 'authorization_code') {
      if (order.code !== this.authorizationCode) {
        return this.refuse(
          refusal(400, 'Authorization code has been revoked', 'Authorization code has been revoked'),
        );
      }
      this.authorizationCode = this.opaque('used');
    } else if (order.grant_type === 'refresh_token') {
      if (order.refresh_token !== this.refreshToken) {
        return this.refuse(refusal(401, 'В запросе отсутствует ряд параметров', 'Token has been revoked'));
      }
      this.refreshes++;
    } else return this.refuse(problem(400, 'Unsupported grant type'));
    this.refreshToken = this.opaque('refresh');
    const body = {
      token_type: 'Bearer',
      expires_in: this.accessTokenSeconds,
      access_token: this.issueAccessToken(),
      refresh_token: this.refreshToken,
    };
    return { status: 200, contentType: 'application/json', body: JSON.stringify(body) };
  }

  /** Answers GET /oauth2/account/current/subdomain (kommo-api.md §2.3). */
  lookUp(refreshToken: string | string[] | undefined): Answer {
    if (refreshToken !== this.refreshToken) return problem(401, 'Unauthorized');
    const body = { id: this.identity.accountId, ...this.renamedTo };
    return { status: 200, contentType: 'application/json', body: JSON.stringify(body) };
  }

  private refuse(answer: Answer): Answer {
    this.refusals++;
    return answer;
  }

  private issue(expiresAt: number): string {
    const { accountId, userId, now } = this.identity;
    this.serial++;
    const token = issueToken({
      accountId,
      userId,
      clientId: this.clientId,
      issuedAt: now(),
      expiresAt,
      serial: this.serial,
    });
    this.accessTokens.set(token, expiresAt);
    return token;
  }

  /** A text like the ones Kommo gives out, long and without meaning. */
  private opaque(purpose: string): string {
    this.serial++;
    const digest = (part: number) =>
      createHash('sha512')
        .update(`${this.identity.accountId} ${purpose} ${this.serial} ${part}`)
        .digest('hex');
    return `def50200${digest(1)}${digest(2)}`;
  }
}

/** The bodies of kommo-api.md §2.2: generic Russian words, a hint only where the token was used up. */
function refusal(status: number, detail: string, hint?: string): Answer {
  const body = {
    ...(hint === undefined ? {} : { hint }),
    title: 'Некорректный запрос',
    type: 'https://developers.amocrm.ru/v3/errors/OAuthProblemJson',
    status,
    detail,
  };
  return { status, contentType: 'application/problem+json', body: JSON.stringify(body) };
}

function readOrder(text: string): Record<string, unknown> | undefined {
  try {
    const order: unknown = JSON.parse(text);
    return typeof order === 'object' && order !== null && !Array.isArray(order) ? { ...order } : undefined;
  } catch {
    return undefined;
  }
}
