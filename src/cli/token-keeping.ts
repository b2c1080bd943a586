import { join, resolve, sep } from 'node:path';
import {
  configFileStore,
  loginInto,
  type TokenStore,
  tokenFileStore,
  withTokens,
} from '../api/token-store.ts';
import type { Config } from '../config.ts';
import { controlLine } from '../dialect/airbyte/messages.ts';
import { ConfigError } from '../errors.ts';
import type { Context } from './context.ts';

/**
 * Keeps renewed tokens where the settings say (`token_store`), else in the config file that they came from;
 * undefined where there is nothing to renew, or no file.
 */
export function keepTokensInFile(
  { clock, environment, files }: Context,
  { called, credentials, tokenStore }: Config,
  configPath: string | undefined,
): TokenStore | undefined {
  if (credentials.type !== 'oauth2.0') return undefined;
  const isCopy = configPath !== undefined && isMeltanosCopy(configPath, environment);
  if (tokenStore !== undefined) {
    const store = tokenFileStore(tokenStore, credentials.refreshToken, clock, files);
    const lasts = configPath !== undefined && !isCopy;
    const byHand = `run "source-kommo login" with a config file, and put the new refresh_token into ${called.refreshToken}`;
    return { ...store, wayBack: lasts ? loginInto(configPath) : byHand };
  }
  if (configPath === undefined) return undefined;
  const store = configFileStore(configPath, clock, files);
  return isCopy ? { ...store, rehearse: refuseToLose } : store;
}

/**
 * True for a config that Meltano has made for this one run, and removes behind it: it lies in `run` of Meltano's own
 * folder, which is `.meltano` in the project unless MELTANO_SYS_DIR_ROOT says otherwise (seen with Meltano 4.4.1).
 */
function isMeltanosCopy(configPath: string, environment: Context['environment']): boolean {
  const path = resolve(configPath);
  const folder = environment.MELTANO_SYS_DIR_ROOT;
  return (
    path.includes(join(sep, '.meltano', 'run', sep)) ||
    (folder !== undefined && folder !== '' && path.startsWith(join(resolve(folder), 'run', sep)))
  );
}

async function refuseToLose(): Promise<never> {
  throw new ConfigError(
    "The tokens have to be renewed, but Meltano's copy of the settings is gone after the run: set token_store of tap-kommo to a file that lasts, such as $MELTANO_PROJECT_ROOT/kommo-tokens.json.",
  );
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
