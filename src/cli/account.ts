import { type ClientOptions, createClient } from '../api/client.ts';
import type { KommoClient } from '../api/kommo-client.ts';
import type { Config } from '../config.ts';
import { keepHeapSmall } from '../heap.ts';
import type { Log } from '../log.ts';
import type { Context } from './context.ts';
import { readVersion } from './version.ts';

/**
 * Lets `use` talk to the account; the sockets are released at the end, or at once when the program has to stop.
 * `particulars` say where renewed tokens are kept, and what stands in for real sockets.
 */
export async function withAccount<Result>(
  context: Context,
  config: Config,
  log: Log,
  use: (client: KommoClient) => Promise<Result>,
  particulars: Pick<ClientOptions, 'tokenStore' | 'transport'> = {},
): Promise<Result> {
  const { clock, redactor, signal } = context;
  keepHeapSmall();
  const version = await readVersion(context.packageRoot);
  const client = createClient({ ...particulars, config, version, clock, random: Math.random, log, redactor });
  const close = () => client.close();
  signal.addEventListener('abort', close);
  try {
    return await use(client);
  } finally {
    signal.removeEventListener('abort', close);
    await client.close();
  }
}
