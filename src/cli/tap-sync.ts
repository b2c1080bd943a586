import { existsSync } from 'node:fs';
import type { KommoClient } from '../api/kommo-client.ts';
import { createTransport } from '../api/transport.ts';
import { type Catalog, readCatalog } from '../dialect/singer/catalog.ts';
import { Metrics } from '../dialect/singer/metrics.ts';
import { planTap } from '../dialect/singer/plan.ts';
import { parseTapSettings, unservedSettings } from '../dialect/singer/settings.ts';
import type { SettingSchema } from '../dialect/singer/settings-schema.ts';
import { Bookmarks } from '../dialect/singer/state.ts';
import type { TapLog } from '../dialect/singer/tap-log.ts';
import { timedTransport } from '../dialect/singer/timed-transport.ts';
import { translate } from '../dialect/singer/translation.ts';
import { UsageError } from '../errors.ts';
import { type Failures, run } from '../sync/run.ts';
import { withAccount } from './account.ts';
import { chooseStreams } from './choose-streams.ts';
import type { Context } from './context.ts';
import { offeredStreams } from './custom-field-columns.ts';
import { readJsonFile } from './json-file.ts';
import { checkSettings } from './settings.ts';
import type { TapArguments } from './tap-arguments.ts';
import { readTapSettings } from './tap-settings.ts';
import { keepTokensInFile } from './token-keeping.ts';

/** Reads the account and writes its records; the result tells, by stream, what could not be read in full. */
export async function syncTap(
  context: Context,
  given: TapArguments,
  settings: SettingSchema,
  { log, metric }: TapLog,
): Promise<Failures> {
  const { clock, redactor, signal, stdout } = context;
  const found = await readTapSettings(given.configs, settings, context.environment);
  const { received, credentialsFile } = found;
  const config = checkSettings(redactor, found);
  for (const name of unservedSettings(received))
    log('warn', `The setting ${name} does nothing: tap-kommo sends its records as they are.`);
  const available = await context.loadStreams();
  const bookmarks = new Bookmarks(await readInput('state', given.state), given.state ?? '');
  const catalog = await catalogOf(given);
  const choices = chooseStreams(available, given.streams);
  const chosen = choices.map(({ stream }) => stream);
  const named = choices.flatMap(({ stream, required }) => (required ? [stream.name] : []));
  const tokenStore = keepTokensInFile(context, config, credentialsFile);
  const streams = planTap({
    streams:
      catalog === undefined ? await offeredStreams(context, config, chosen, log, tokenStore) : available,
    named: new Set(named),
    catalog,
    bookmarks,
    options: parseTapSettings(received),
    now: clock.now(),
    log,
  });
  const plan = streams.map(({ planned }) => planned);
  const metrics = new Metrics(
    metric,
    clock,
    new Map(available.map(({ name, lists }) => [name, lists[0]!.path])),
  );
  const translation = translate({
    streams,
    bookmarks,
    write: async (lines) => {
      await stdout.write(lines);
      await stdout.flush();
    },
    metrics,
    log,
    clock,
  });
  await translation.begin();
  if (given.test === 'schema') {
    for (const { stream } of plan) await translation.emit({ type: 'started', stream: stream.name });
    await translation.end();
    return new Map();
  }
  const { startDate, lookbackSeconds, witness } = config;
  const test = given.test !== undefined;
  const options = {
    plan: test ? plan.map((planned) => ({ ...planned, state: undefined })) : plan,
    recordLimit: test ? 1 : undefined,
    startDate,
    lookbackSeconds,
    witness,
    emit: translation.emit,
    clock,
    log,
    signal,
  };
  const transport = timedTransport(createTransport({}, context.environment), metrics, clock);
  const read = async (client: KommoClient) => {
    const failures = await run({ ...options, client });
    await translation.end();
    return failures;
  };
  return withAccount(context, config, log, read, { transport, tokenStore });
}

/** A test looks at every stream, whatever a catalog selects. */
async function catalogOf({ catalog: file, test }: TapArguments): Promise<Catalog | undefined> {
  if (file === undefined || test !== undefined) return undefined;
  return readCatalog(await readInput('catalog', file), file);
}

async function readInput(flag: 'catalog' | 'state', file: string | undefined): Promise<unknown> {
  if (file === undefined) return undefined;
  if (!existsSync(file)) throw new UsageError(`--${flag}: there is no file ${file}`);
  return readJsonFile(file, flag);
}
