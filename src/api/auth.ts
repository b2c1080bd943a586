import { tokenRefused } from './refusal.ts';

/** Who we are to Kommo, and where the account lives. */
export interface Authorization {
  /** Where the account lives; it can change when the account was renamed. */
  origin(): string;
  /** An access token that is worth trying. */
  token(): Promise<string>;
  /** Kommo refused `token` (401): resolves when there is another one, else rejects with a ConfigError. */
  renew(token: string): Promise<void>;
}

/** A token that cannot be renewed. */
export function longLivedToken(origin: string, accessToken: string): Authorization {
  return {
    origin: () => origin,
    token: async () => accessToken,
    renew: async () => {
      throw tokenRefused();
    },
  };
}
