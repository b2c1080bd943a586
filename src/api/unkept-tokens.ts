import { ConfigError, InterruptedError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { TokenPair } from './token.ts';
import type { TokenStore } from './token-store.ts';

export interface ForgivingStore extends TokenStore {
  /** Tries once more to keep what could not be kept. Rejects with a ConfigError that says how to get in again. */
  settle(): Promise<void>;
}

/** A store that remembers a pair which it could not keep, so that the run that paid for it can use it to its end. */
export function forgiving(store: TokenStore, log: Log): ForgivingStore {
  /** The refresh token that the store held when it was last looked at. */
  let held: string | undefined;
  let unkept: TokenPair | undefined;

  /** The unkept pair, unless somebody has kept another one in its place meanwhile, as login does. */
  async function load(): Promise<TokenPair | undefined> {
    if (unkept === undefined) {
      const kept = await store.load();
      held = kept?.refreshToken;
      return kept;
    }
    const kept = await store.load().catch(() => undefined);
    if (kept === undefined || kept.refreshToken === held) return unkept;
    held = kept.refreshToken;
    unkept = undefined;
    return kept;
  }

  return {
    ...store,
    load,
    async save(pair) {
      try {
        await store.save(pair);
        held = pair.refreshToken;
        unkept = undefined;
      } catch (error) {
        // Nobody reads any more: the run is at its end.
        if (error instanceof InterruptedError) throw error;
        unkept = pair;
        log('warn', `${(error as Error).message} This run goes on with them.`);
      }
    },
    async settle() {
      if (unkept === undefined) return;
      await store.exclusively(async () => {
        await load();
        if (unkept === undefined) return;
        await store.save(unkept).catch((error) => {
          throw new ConfigError(`${error.message} The old ones are used up: ${store.wayBack}.`);
        });
        unkept = undefined;
      });
    },
  };
}
