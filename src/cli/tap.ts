import { readFile } from 'node:fs/promises';
import type { KommoClient } from '../api/kommo-client.ts';
import type { Config } from '../config.ts';
import { about } from '../dialect/singer/about.ts';
import { discoverCatalog } from '../dialect/singer/catalog.ts';
import { reportError, reportFailures } from '../dialect/singer/failure.ts';
import { type SettingSchema, settingsSchema } from '../dialect/singer/settings-schema.ts';
import { createTapLog, type TapLog } from '../dialect/singer/tap-log.ts';
import { UsageError } from '../errors.ts';
import type { Stream } from '../stream/declaration.ts';
import type { Command } from './command.ts';
import type { Context } from './context.ts';
import { parseTapArguments, type TapArguments, tapUsage } from './tap-arguments.ts';
import { type GivenSettings, readTapSettings } from './tap-settings.ts';
import { readVersion } from './version.ts';
import { wantsFieldColumns } from './wants-field-columns.ts';

/** The Singer tap as a command; what escapes it is told in the tap's own words as well. */
export const tapCommand: Command = {
  run: tap,
  fail: async (context, error) => reportError(await openLog(context), error),
};

/** The Singer tap: 0 when all was done, 1 when it failed, 2 for a wrong command line; the last log line says why. */
export async function tap(context: Context): Promise<number> {
  const log = await openLog(context);
  try {
    const given = parseTapArguments(context.arguments);
    if (given.action === 'sync') return await sync(context, given, log);
    await context.stdout.write(await answer(context, given, log));
    await context.stdout.flush();
    return 0;
  } catch (error) {
    reportError(log, error);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** What is printed for everything but a sync. */
async function answer(context: Context, given: TapArguments, log: TapLog): Promise<string> {
  switch (given.action) {
    case 'version':
      return `tap-kommo v${await readVersion(context.packageRoot)}`;
    case 'about':
      return about(
        given.format,
        await readVersion(context.packageRoot),
        await readSettingsSchema(context.packageRoot),
      );
    case 'discover':
      return JSON.stringify(discoverCatalog(await streamsToDiscover(context, given, log)), null, 2);
    default:
      return tapUsage;
  }
}

async function sync(context: Context, given: TapArguments, log: TapLog): Promise<number> {
  const { syncTap } = await import('./tap-sync.ts');
  const failures = await syncTap(context, given, await readSettingsSchema(context.packageRoot), log);
  if (failures.size === 0) return 0;
  reportFailures(log, failures);
  return 1;
}

/**
 * The streams that a catalog can select: with a config those that this account and token can have, with the columns
 * of custom fields that are wanted. Where none are, a config that could not be used later is still worth a word.
 */
async function streamsToDiscover(
  context: Context,
  { configs }: TapArguments,
  { log }: TapLog,
): Promise<readonly Stream[]> {
  const streams = await context.loadStreams();
  if (configs.length === 0) return streams;
  const settings = await readSettingsSchema(context.packageRoot);
  let given: GivenSettings | undefined;
  let config: Config;
  try {
    given = await readTapSettings(configs, settings, context.environment);
    const { checkSettings } = await import('./settings.ts');
    config = checkSettings(context.redactor, given);
  } catch (error) {
    if (wantsFieldColumns(given?.received)) throw error;
    log('warn', `The catalog is complete, but a sync would fail: ${(error as Error).message}`);
    return streams;
  }
  const [{ withAccount }, { addFieldColumns }, { availableStreams }, { keepTokensInFile }] =
    await Promise.all([
      import('./account.ts'),
      import('./custom-field-columns.ts'),
      import('./available-streams.ts'),
      import('./token-keeping.ts'),
    ]);
  const tokenStore = keepTokensInFile(context, config, given.credentialsFile);
  const ask = async (client: KommoClient) => {
    const available = await availableStreams(client, streams, log);
    return addFieldColumns(available, client, config.customFieldColumns, { clock: context.clock, log });
  };
  return withAccount(context, config, log, ask, { tokenStore });
}

async function readSettingsSchema(packageRoot: URL): Promise<SettingSchema> {
  const spec = JSON.parse(await readFile(new URL('spec.json', packageRoot), 'utf8'));
  return settingsSchema(spec.connectionSpecification);
}

async function openLog({ stderr, environment, clock, processId }: Context): Promise<TapLog> {
  const file = environment.SINGER_SDK_LOG_CONFIG;
  const loggingConfiguration = file ? await readFile(file, 'utf8').catch(() => '') : '';
  return createTapLog({
    write: (text) => stderr.write(text),
    environment,
    loggingConfiguration,
    clock,
    pid: processId,
  });
}
