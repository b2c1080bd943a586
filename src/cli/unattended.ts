import type { Config } from '../config.ts';
import { accountHost } from '../host.ts';
import type { Context } from './context.ts';

/** Where nobody watches, lines of many runs end up in one log: each says when it was written, and for whom. */
export function stampLines({ stderr, clock }: Context, config: Config): void {
  const account = accountName(config);
  stderr.stampLines(() => `${new Date(clock.now()).toISOString().slice(0, 19)}Z ${account}`);
}

/** The subdomain; the host that stands in for the account where none is given. */
function accountName({ origin, received: { subdomain } }: Config): string {
  const given = typeof subdomain === 'string' ? accountHost(subdomain) : undefined;
  if (given === undefined || !('origin' in given)) return new URL(origin).host;
  return new URL(given.origin).host.split('.', 1)[0]!;
}
