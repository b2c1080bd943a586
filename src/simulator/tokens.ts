import { createHash } from 'node:crypto';

/** What a token says about itself (kommo-api.md §2.2). */
export interface TokenClaims {
  accountId: number;
  userId: number;
  clientId: string;
  issuedAt: number;
  expiresAt: number;
  /** Makes two tokens of one second differ. */
  serial: number;
}

/** A token in the form of a JWT; nothing checks the signature. */
export function issueToken(claims: TokenClaims): string {
  const identity = createHash('sha256').update(JSON.stringify(claims)).digest('hex');
  const header = { typ: 'JWT', alg: 'RS256', jti: identity };
  const payload = {
    aud: claims.clientId,
    jti: identity,
    iat: claims.issuedAt,
    nbf: claims.issuedAt,
    exp: claims.expiresAt,
    sub: String(claims.userId),
    grant_type: '',
    account_id: claims.accountId,
    base_domain: 'kommo.com',
    version: 2,
    scopes: ['crm', 'files', 'notifications'],
    api_domain: 'api-c.kommo.com',
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signature = createHash('sha512').update(identity).digest('base64url');
  return `${part(header)}.${part(payload)}.${signature}`;
}
