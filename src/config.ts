/** The settings as the program uses them, validated and normalised. */
export interface Config {
  /** Origin of the account, without a trailing slash: `https://acme.kommo.com`. */
  origin: string;
  credentials: Credentials;
  /** Unix seconds; undefined reads everything. */
  startDate: number | undefined;
  lookbackSeconds: number;
  requestsPerSecond: number;
  /** File that keeps refreshed tokens, where one is configured. */
  tokenStore: string | undefined;
  /** The settings as they were received, for write-back. */
  received: Readonly<Record<string, unknown>>;
}

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
