import { configFileStore, type TokenStore, tokenFileStore, withTokens } from '../api/token-store.ts';
import type { Config } from '../config.ts';
import { controlLine } from '../dialect/airbyte/messages.ts';
import type { Context } from './context.ts';

/**
 * Keeps renewed tokens where the settings say (`token_store`), else in the config file that they came from;
 * undefined where there is nothing to renew, or no file.
 */
export function keepTokensInFile(
  { clock }: Context,
  { credentials, tokenStore }: Config,
  configPath: string | undefined,
): TokenStore | undefined {
  if (credentials.type !== 'oauth2.0') return undefined;
  if (tokenStore !== undefined) return tokenFileStore(tokenStore, credentials.refreshToken, clock);
  return configPath === undefined ? undefined : configFileStore(configPath, clock);
}

/**
 * Hands renewed tokens to the platform in a CONTROL message before their first use (airbyte.md §7.2), and keeps
 * them in a file as well where the settings name one: some runners drop the message.
 */
export function tellTokensToAirbyte(context: Context, config: Config): TokenStore {
  const file = keepTokensInFile(context, config, undefined);
  return {
    load: async () => file?.load(),
    async save(pair) {
      await file?.save(pair);
      await context.stdout.write(controlLine(withTokens(config.received, pair), context.clock.now()));
      await context.stdout.flush();
    },
    exclusively: (work) => (file === undefined ? work() : file.exclusively(work)),
  };
}
