import type { Simulator } from '../../src/simulator/simulator.ts';

/** The credentials of the account's integration, as a config file has them; `more` goes beside them. */
export function oauthCredentials({ oauth }: Simulator, more: object = {}): Record<string, unknown> {
  const { clientId, clientSecret, redirectUri, refreshToken } = oauth;
  return {
    auth_type: 'oauth2.0',
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uri: redirectUri,
    refresh_token: refreshToken,
    ...more,
  };
}
