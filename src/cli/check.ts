import type { KommoClient } from '../api/kommo-client.ts';
import { type Called, ownNames } from '../config.ts';
import { connectionStatusLine } from '../dialect/airbyte/messages.ts';
import type { AirbyteConnectionStatus } from '../dialect/airbyte/protocol.ts';
import { ConfigError, NotAvailableError, RefusedRequestError } from '../errors.ts';
import type { Stream } from '../stream/declaration.ts';
import { withAccount } from './account.ts';
import { airbyteLog, traceFailure } from './airbyte.ts';
import { defineCommand } from './command.ts';
import { checkSettings, configFlag, findSettings } from './settings.ts';
import { tokenWarning } from './token-expiry.ts';
import { tellTokensToAirbyte } from './token-keeping.ts';

export const check = defineCommand({
  name: 'check',
  summary:
    'Tries the settings on the account and prints an Airbyte CONNECTION_STATUS message: SUCCEEDED, or FAILED and what ' +
    'to fix. The exit code is 0 either way.',
  flags: {
    config: configFlag,
    debug: { type: 'boolean', summary: 'log every request, its status and its time' },
  },
  fail: traceFailure,
  async run(context, flags) {
    const log = airbyteLog(context, flags.debug);
    const found = await findSettings(context, flags.config);
    let status: AirbyteConnectionStatus;
    let called = ownNames;
    try {
      const config = checkSettings(context.redactor, found);
      ({ called } = config);
      const streams = await context.loadStreams();
      const tokenStore = tellTokensToAirbyte(context, config, flags.config, !context.stdout.isTerminal);
      const findings = await withAccount(context, config, log, (client) => examine(client, streams), {
        tokenStore,
      });
      if (findings.warning !== undefined) log('warn', findings.warning);
      const warnings = [findings.warning, tokenWarning(config, context.clock.now())].filter(
        (warning) => warning !== undefined,
      );
      status = { status: 'SUCCEEDED', message: [`Connected to ${findings.account}.`, ...warnings].join(' ') };
    } catch (error) {
      const message = whatToFix(error, called);
      // An outage says nothing about the settings: it is no FAILED, but an error (airbyte.md §2.1).
      if (message === undefined) throw error;
      status = { status: 'FAILED', message };
    }
    await context.stdout.writeText(connectionStatusLine(status));
    return 0;
  },
});

/** Asks for the account, and for a row of what most people come for: a right that is missing shows only there. */
async function examine(client: KommoClient, streams: readonly Stream[]) {
  const { name, subdomain } = await client.account([]);
  const lists = new Map(
    streams.flatMap(({ lists: [list], name, suggested }) =>
      list !== undefined && suggested ? [[list.path, { ...list, name }]] : [],
    ),
  );
  const refusals = await Promise.all(
    [...lists.values()].map(async ({ name, path, envelope, isPaged }) => {
      try {
        await client.list({ path, envelope, query: isPaged ? { limit: 1 } : {}, purpose: name });
        return [];
      } catch (error) {
        if (error instanceof NotAvailableError) return [{ path, error }];
        throw error;
      }
    }),
  );
  const unavailable = refusals.flat();
  if (unavailable.length === lists.size) throw unavailable[0]?.error;
  const warning = unavailable.length === 0 ? undefined : describeUnavailable(streams, unavailable);
  return { account: `${name} (${subdomain})`, warning };
}

interface Unavailable {
  path: string;
  error: NotAvailableError;
}

/** What cannot be read and what it needs, said once for all streams that need the same. */
function describeUnavailable(streams: readonly Stream[], unavailable: readonly Unavailable[]): string {
  const byStatus = Map.groupBy(unavailable, ({ error }) => error.status);
  return [...byStatus]
    .map(([status, refusals]) => {
      const names = streams
        .filter(({ lists }) => refusals.some(({ path }) => lists.some((list) => list.path === path)))
        .map((stream) => stream.name);
      const [it, them] = names.length === 1 ? ['it needs', 'this stream'] : ['they need', 'these streams'];
      return `${names.join(', ')} cannot be read (${status}): ${it} ${refusals[0]!.error.needs}. Leave ${them} out otherwise.`;
    })
    .join(' ');
}

/** What the user can change so that the next check succeeds; undefined where that is not the reason. */
function whatToFix(error: unknown, { account }: Called): string | undefined {
  if (error instanceof ConfigError) return error.message;
  const noSuchAccount = error instanceof RefusedRequestError && error.status === 404;
  const noSuchHost =
    error instanceof Error && (error.cause as { code?: string } | undefined)?.code === 'ENOTFOUND';
  if (!noSuchAccount && !noSuchHost) return undefined;
  return `There is no account at this address. Check that ${account} is spelled as in the address of your account.`;
}
