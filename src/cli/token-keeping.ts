import { configFileStore, type TokenStore, tokenFileStore, withTokens } from '../api/token-store.ts';
import type { Config } from '../config.ts';
import { controlLine } from '../dialect/airbyte/messages.ts';
import type { Context } from './context.ts';

/**
 * Keeps renewed tokens where the settings say (`token_store`), else in the config file that they came from;
 * undefined where there is nothing to renew, or no file.
 */
export function keepTokensInFile(
  { clock, files }: Context,
  { credentials, tokenStore }: Config,
  configPath: string | undefined,
): TokenStore | undefined {
  if (credentials.type !== 'oauth2.0') return undefined;
  if (tokenStore !== undefined) return tokenFileStore(tokenStore, credentials.refreshToken, clock, files);
  return configPath === undefined ? undefined : configFileStore(configPath, clock, files);
}

/**
 * Keeps renewed tokens in a file, and hands them to the platform in a CONTROL message before their first use
 * (airbyte.md §7.2): some runners drop the message, others the file. Who takes the message (`isForPlatform`) needs
 * no config file that can be written.
 */
export function tellTokensToAirbyte(
  context: Context,
  config: Config,
  configPath: string | undefined,
  isForPlatform: boolean,
): TokenStore | undefined {
  const file = keepTokensInFile(context, config, configPath);
  if (file === undefined) return undefined;
  const isNeeded = !isForPlatform || config.tokenStore !== undefined;
  const unlessNeeded = (error: unknown) => {
    if (isNeeded) throw error;
  };
  return {
    ...file,
    rehearse: () => file.rehearse().catch(unlessNeeded),
    async save(pair) {
      const [kept] = await Promise.allSettled([file.save(pair)]);
      await context.stdout.write(controlLine(withTokens(config.received, pair), context.clock.now()));
      await context.stdout.flush();
      if (kept.status === 'rejected') unlessNeeded(kept.reason);
    },
  };
}
