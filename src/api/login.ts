import { createNetwork, type NetworkOptions } from './network.ts';
import { type Integration, purpose, requestTokens } from './oauth.ts';
import type { TokenPair } from './token.ts';

export interface CodeExchange {
  /** The account's own address, as the consent page named it (`referer`) or as the settings do. */
  origin: string;
  integration: Integration;
  code: string;
}

/** Turns the code of the consent page into the first pair of tokens. A code works once, for 20 minutes. */
export async function exchangeCode(
  { origin, integration, code }: CodeExchange,
  options: NetworkOptions,
): Promise<TokenPair> {
  const { redactor, clock } = options;
  redactor.add(integration.clientSecret);
  redactor.add(code);
  const network = createNetwork({ requestsPerSecond: 1 }, options);
  try {
    const grant = { grant_type: 'authorization_code', code } as const;
    const pair = await network.persist({ purpose, action: 'exchange the code' }, () =>
      requestTokens(network.exchange, origin, integration, grant, clock),
    );
    redactor.add(pair.accessToken);
    redactor.add(pair.refreshToken);
    return pair;
  } finally {
    await network.close();
  }
}
