import type { KommoClient } from '../api/kommo-client.ts';
import type { Config } from '../config.ts';
import { connectionStatusLine } from '../dialect/airbyte/messages.ts';
import type { AirbyteConnectionStatus } from '../dialect/airbyte/protocol.ts';
import { ConfigError, ForbiddenError, RefusedRequestError } from '../errors.ts';
import type { Stream } from '../stream/declaration.ts';
import { withAccount } from './account.ts';
import { airbyteLog, traceFailure } from './airbyte.ts';
import { defineCommand } from './command.ts';
import { readJsonFile } from './json-file.ts';
import { checkSettings } from './settings.ts';
import { expiryWarning } from './token-expiry.ts';
import { tellTokensToAirbyte } from './token-keeping.ts';

export const check = defineCommand({
  name: 'check',
  summary:
    'Tries the settings on the account and prints an Airbyte CONNECTION_STATUS message: SUCCEEDED, or FAILED and what\n' +
    'to mend. The exit code is 0 with either.',
  flags: {
    config: { type: 'string', placeholder: 'FILE', summary: 'the settings, as JSON', required: true },
    debug: { type: 'boolean', summary: 'log every request, its status and its time' },
  },
  fail: traceFailure,
  async run(context, flags) {
    const log = airbyteLog(context, flags.debug);
    const received = await readJsonFile(flags.config, 'config');
    let status: AirbyteConnectionStatus;
    try {
      const config = checkSettings(context.redactor, received);
      const streams = await context.loadStreams();
      const findings = await withAccount(context, config, log, (client) => examine(client, streams), {
        tokenStore: tellTokensToAirbyte(context, config),
      });
      const warnings = [findings.warning, tokenWarning(config, context.clock.now())].filter(
        (warning) => warning !== undefined,
      );
      for (const warning of warnings) log('warn', warning);
      status = { status: 'SUCCEEDED', message: [`Connected to ${findings.account}.`, ...warnings].join(' ') };
    } catch (error) {
      const message = whatToMend(error);
      // An outage says nothing about the settings: it is no FAILED, but an error (airbyte.md §2.1).
      if (message === undefined) throw error;
      status = { status: 'FAILED', message };
    }
    await context.stdout.writeText(connectionStatusLine(status));
    return 0;
  },
});

/** Asks for the account, and for one row of every list: a right that is missing shows only there. */
async function examine(client: KommoClient, streams: readonly Stream[]) {
  const { name, subdomain } = await client.account([]);
  const lists = new Map(streams.map((stream) => [stream.path, stream]));
  const refusals = await Promise.all(
    [...lists.values()].map(async ({ name, path, envelope }) => {
      try {
        await client.list({ path, envelope, query: { limit: 1 }, purpose: name });
        return [];
      } catch (error) {
        if (error instanceof ForbiddenError) return [{ path, error }];
        throw error;
      }
    }),
  );
  const forbidden = refusals.flat();
  if (forbidden.length === lists.size) throw forbidden[0]?.error;
  const missing = streams.filter(({ path }) => forbidden.some((refusal) => refusal.path === path));
  return {
    account: `${name} (${subdomain})`,
    warning:
      missing.length === 0
        ? undefined
        : `The token may not read ${missing.map((stream) => stream.name).join(', ')}: use the token of an ` +
          `administrator, or leave ${missing.length === 1 ? 'this stream' : 'these streams'} out.`,
  };
}

function tokenWarning({ credentials }: Config, now: number): string | undefined {
  return credentials.type === 'long_lived_token' ? expiryWarning(credentials.accessToken, now) : undefined;
}

/** What the user can change so that the next check succeeds; undefined where that is not the reason. */
function whatToMend(error: unknown): string | undefined {
  if (error instanceof ConfigError) return error.message;
  const noSuchAccount = error instanceof RefusedRequestError && error.status === 404;
  const noSuchHost =
    error instanceof Error && (error.cause as { code?: string } | undefined)?.code === 'ENOTFOUND';
  if (!noSuchAccount && !noSuchHost) return undefined;
  return 'There is no account at this address. Check that subdomain is spelled as in the address of your account.';
}
