import { type Config, ownNames } from '../config.ts';
import { parseAccount } from './account.ts';
import { type Authorization, longLivedToken, renewableTokens } from './auth.ts';
import { createDrive } from './drive.ts';
import type { Account, KommoClient, ListRequest, Page } from './kommo-client.ts';
import { watchLinks } from './links.ts';
import { createNetwork, type Network, type NetworkOptions } from './network.ts';
import { parsePage } from './page.ts';
import {
  notAvailable,
  type Question,
  refusal,
  renewedTokenRefused,
  tokenMalformed,
  tokenRefused,
} from './refusal.ts';
import type { TokenStore } from './token-store.ts';
import type { Answer } from './transport.ts';

export interface ClientOptions extends NetworkOptions {
  config: Pick<Config, 'origin' | 'credentials' | 'requestsPerSecond'> &
    Partial<Pick<Config, 'called' | 'rateLimitGroup'>>;
  /** Where renewed OAuth tokens are kept before their first use. */
  tokenStore?: TokenStore | undefined;
}

/** A client for the account that `config` names. It connects only when asked something. */
export function createClient(options: ClientOptions): KommoClient {
  const network = createNetwork(options.config, options);
  const authorization = authorize(options, network);

  const drive = createDrive(readAccount, authorization.origin);
  const links = watchLinks(options.log);

  /** `host` is where to ask; the account's own where it is undefined, which a renewal of the token may move. */
  async function get(
    { path, purpose, host }: { path: string; purpose: string; host?: string | undefined },
    refuse: (answer: Answer, question: Question) => Error,
  ): Promise<Answer> {
    for (let renewed = false; ; renewed = true) {
      const token = await authorization.token();
      if (!/^[\x21-\x7e]+$/.test(token)) throw tokenMalformed();
      const origin = host ?? authorization.origin();
      const answer = await network.exchange({
        method: 'GET',
        origin,
        path,
        headers: { authorization: `Bearer ${token}` },
        purpose,
      });
      if (answer.status < 300) return answer;
      if (answer.status === 401 && !renewed && (await authorization.renew(token))) continue;
      const error = refuse(answer, { purpose, path: path.split('?', 1)[0]!, origin });
      if (answer.status !== 401 || host !== undefined) throw error;
      throw renewed ? renewedTokenRefused(error) : tokenRefused(options.config.called ?? ownNames, error);
    }
  }

  async function readAccount(parts: readonly string[]): Promise<Account> {
    const request = { path: `/api/v4/account${queryString({ with: parts.join() })}`, purpose: 'account' };
    const account = await network.persist({ purpose: 'account', action: 'read the account' }, async () =>
      parseAccount(await get(request, refusal)),
    );
    drive.learn(account);
    return account;
  }

  async function list(request: ListRequest): Promise<Page> {
    const { purpose, query } = request;
    const path = request.path + queryString(query);
    const host = request.host === 'drive' ? await drive.origin() : undefined;
    return network.persist({ purpose, ...(request.size && { size: request.size }) }, async () => {
      const answer = await get({ path, purpose, host }, refuseList);
      return parsePage(answer, request, (href) => links.see(href, host ?? authorization.origin()));
    });
  }

  return {
    list,
    account: readAccount,
    requests: network.requests,
    usefulConcurrency: network.pacer.usefulConcurrency,
    onWaiting: network.pacer.onWaiting,
    close: network.close,
  };
}

function refuseList(answer: Answer, question: Question): Error {
  return notAvailable(answer, question) ?? refusal(answer, question);
}

function authorize(
  { config, tokenStore, clock, log, redactor }: ClientOptions,
  network: Network,
): Authorization {
  const { origin, credentials, called = ownNames } = config;
  if (credentials.accessToken !== undefined) redactor.add(credentials.accessToken);
  if (credentials.type === 'long_lived_token') return longLivedToken(origin, credentials.accessToken);
  redactor.add(credentials.refreshToken);
  redactor.add(credentials.clientSecret);
  return renewableTokens({ origin, credentials, called, store: tokenStore, network, clock, log, redactor });
}

function queryString(query: ListRequest['query']): string {
  const parameters = new URLSearchParams();
  for (const [name, values] of Object.entries(query)) {
    for (const value of [values].flat()) if (value !== '') parameters.append(name, `${value}`);
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
