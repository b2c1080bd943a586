import type { Clock } from '../clock.ts';
import type { Called, Credentials } from '../config.ts';
import { ConfigError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Redactor } from '../redact.ts';
import type { Network } from './network.ts';
import { GrantRefusedError, lookUpOrigin, purpose, requestTokens } from './oauth.ts';
import { readClaims, type TokenPair } from './token.ts';
import type { TokenStore } from './token-store.ts';

/** Who we are to Kommo, and where the account lives. */
export interface Authorization {
  /** Where the account lives; it can change when the account was renamed. */
  origin(): string;
  /** An access token that is worth trying. */
  token(): Promise<string>;
  /**
   * Kommo refused `token` (401): resolves when there is another one, with false where it cannot be renewed; rejects
   * with a ConfigError where the renewal itself was refused.
   */
  renew(token: string): Promise<boolean>;
}

/** A token that cannot be renewed. */
export function longLivedToken(origin: string, accessToken: string): Authorization {
  return {
    origin: () => origin,
    token: async () => accessToken,
    renew: async () => false,
  };
}

export interface RenewableOptions {
  origin: string;
  credentials: Extract<Credentials, { type: 'oauth2.0' }>;
  called: Called;
  /** Where each new pair is kept before its first use; without one nothing can be renewed. */
  store: TokenStore | undefined;
  network: Pick<Network, 'exchange' | 'persist'>;
  clock: Clock;
  log: Log;
  redactor: Redactor;
}

/** Renew this long before the end, so that no request meets it on its way. */
const margin = 5 * 60 * 1000;

/** Milliseconds between looks, and how many of them, for a pair that another process may be about to keep. */
const lookEvery = 500;
const looks = 4;

/** Tokens that are renewed before they end or when Kommo refuses them, one renewal at a time. */
export function renewableTokens(options: RenewableOptions): Authorization {
  const { credentials, called, store, network, clock, log, redactor } = options;
  let { origin } = options;
  let { accessToken, refreshToken, expiresAt } = credentials;
  expiresAt ??= accessToken === undefined ? undefined : readClaims(accessToken).expiresAt;
  let loading: Promise<void> | undefined;
  let renewing: Promise<void> | undefined;

  function adopt(pair: TokenPair): void {
    redactor.add(pair.accessToken);
    redactor.add(pair.refreshToken);
    ({ accessToken, refreshToken, expiresAt } = pair);
  }

  async function load(): Promise<void> {
    const kept = await store?.load();
    if (kept) adopt(kept);
  }

  function isWorthTrying(): boolean {
    return accessToken !== undefined && (expiresAt === undefined || clock.now() < expiresAt - margin);
  }

  async function request(): Promise<TokenPair> {
    const grant = { grant_type: 'refresh_token', refresh_token: refreshToken } as const;
    return network.persist({ purpose, action: 'renew the token' }, () =>
      requestTokens(network.exchange, origin, credentials, grant, clock, store?.wayBack),
    );
  }

  async function requestWhereverItLives(): Promise<TokenPair> {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof GrantRefusedError)) throw error;
      const moved = await network.persist({ purpose, action: 'look up the account' }, () =>
        lookUpOrigin(network.exchange, origin, readClaims(accessToken ?? '').apiDomain, refreshToken),
      );
      if (moved === undefined) throw error;
      log(
        'warn',
        `The account has moved from ${origin} to ${moved}: put the new address into ${called.account}.`,
      );
      origin = moved;
      return request();
    }
  }

  /** True when another process, which shares no lock with us, spent the refresh token and has kept the next pair. */
  async function findPairOfAnother(refused: string | undefined): Promise<boolean> {
    for (let look = 0; look < looks; look++) {
      if (look > 0) await clock.sleep(lookEvery);
      // A file that is being written as it stands may be cut at this moment.
      await load().catch(() => {});
      if (accessToken !== refused && isWorthTrying()) return true;
    }
    return false;
  }

  async function renewThrough(keeper: TokenStore, refused: string | undefined): Promise<void> {
    await keeper.exclusively(async () => {
      // Another process may have renewed while we waited; its pair is the only one that still works.
      await load();
      if (accessToken !== refused && isWorthTrying()) return;
      await keeper.rehearse();
      let pair: TokenPair;
      try {
        pair = await requestWhereverItLives();
      } catch (error) {
        if (error instanceof GrantRefusedError && (await findPairOfAnother(refused))) return;
        throw error;
      }
      redactor.add(pair.accessToken);
      redactor.add(pair.refreshToken);
      await keeper.save(pair);
      adopt(pair);
      log('info', 'The access token was renewed.');
    });
  }

  async function renewFrom(refused: string | undefined): Promise<void> {
    if (!store) {
      throw new ConfigError(
        'The access token has to be renewed, but there is no place to keep the new one: set token_store to a file that this program may write.',
      );
    }
    renewing ??= renewThrough(store, refused).finally(() => {
      renewing = undefined;
    });
    await renewing;
  }

  return {
    origin: () => origin,
    async token() {
      loading ??= load();
      await loading;
      if (renewing || !isWorthTrying()) await renewFrom(accessToken);
      return accessToken!;
    },
    async renew(refused) {
      // Several requests can be refused for the same old token; the first one renews it for all.
      if (accessToken === refused) await renewFrom(refused);
      return true;
    },
  };
}
