import { type ClientOptions, createClient } from '../api/client.ts';
import type { KommoClient } from '../api/kommo-client.ts';
import { forgiving } from '../api/unkept-tokens.ts';
import type { Config } from '../config.ts';
import { keepHeapSmall } from '../heap.ts';
import type { Log } from '../log.ts';
import type { Context } from './context.ts';
import { tokenWarning } from './token-expiry.ts';
import { readVersion } from './version.ts';

/**
 * Lets `use` talk to the account; the sockets are released at the end, or at once when the program has to stop.
 * `particulars` say where renewed tokens are kept, and what stands in for real sockets. Rejects after all when new
 * tokens could not be kept, so that `use` has said what it has to say by then.
 */
export async function withAccount<Result>(
  context: Context,
  config: Config,
  log: Log,
  use: (client: KommoClient) => Promise<Result>,
  particulars: Pick<ClientOptions, 'tokenStore' | 'transport'> = {},
): Promise<Result> {
  const { clock, environment, redactor, signal } = context;
  keepHeapSmall();
  const warning = tokenWarning(config, clock.now());
  if (warning !== undefined) log('warn', warning);
  const version = await readVersion(context.packageRoot);
  const tokenStore = particulars.tokenStore && forgiving(particulars.tokenStore, log);
  const client = createClient({
    ...particulars,
    ...{ tokenStore, config, version, clock, random: Math.random, log, redactor, environment },
  });
  const close = () => client.close();
  signal.addEventListener('abort', close);
  try {
    const result = await use(client).catch(async (error) => {
      await tokenStore?.settle().catch((lost) => log('error', lost.message));
      throw error;
    });
    await tokenStore?.settle();
    return result;
  } finally {
    signal.removeEventListener('abort', close);
    await client.close();
  }
}
