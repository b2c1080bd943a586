/** Tokens as the program keeps them. */
export interface TokenPair {
  accessToken: string;
  refreshToken: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** What can be read from a token without its key. Unchecked: good for hints, not for trust. */
export interface TokenClaims {
  /** Milliseconds since the epoch. */
  expiresAt: number | undefined;
  /** The host that knows where the account lives (kommo-api.md §2.3). */
  apiDomain: string | undefined;
}

/** The claims of a Kommo token (a JWT); all undefined for any other text. */
export function readClaims(token: string): TokenClaims {
  const payload = parsePayload(token.split('.')[1] ?? '');
  const { exp, api_domain: apiDomain } = payload;
  return {
    expiresAt: typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : undefined,
    apiDomain: typeof apiDomain === 'string' ? apiDomain : undefined,
  };
}

function parsePayload(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
