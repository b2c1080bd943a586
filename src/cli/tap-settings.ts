import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { type Names, withEnvironment } from '../config.ts';
import { environmentNames, environmentSettings } from '../dialect/singer/environment.ts';
import type { SettingSchema } from '../dialect/singer/settings-schema.ts';
import { ConfigError } from '../errors.ts';
import type { Context } from './context.ts';
import { readJsonFile } from './json-file.ts';

/** The word that stands for the environment among the values of `--config`. */
const fromEnvironment = 'ENV';

export interface GivenSettings {
  received: Record<string, unknown>;
  names: Names;
  /** The file that the credentials came from, into which renewed tokens belong. */
  credentialsFile: string | undefined;
}

/** The settings of all `--config` values: later files win key by key, the environment wins over all files. */
export async function readTapSettings(
  configs: readonly string[],
  settings: SettingSchema,
  environment: Context['environment'],
): Promise<GivenSettings> {
  const received: Record<string, unknown> = {};
  let credentialsFile: string | undefined;
  for (const file of configs) {
    if (file === fromEnvironment) continue;
    const given = await readSettingsFile(file);
    Object.assign(received, given);
    if ('credentials' in given) credentialsFile = file;
  }
  if (!configs.includes(fromEnvironment))
    return completed({ received, names: {}, credentialsFile }, environment);
  const variables = { ...(await readDotEnv()), ...environment };
  const given = environmentSettings(variables, settings);
  const found = {
    received: { ...received, ...given },
    names: environmentNames(variables, settings),
    credentialsFile: 'credentials' in given ? undefined : credentialsFile,
  };
  return completed(found, environment);
}

/** What neither a file nor a variable of the tap's own gave may stand in those that all our programs know. */
function completed(
  { received, names, credentialsFile }: GivenSettings,
  environment: Context['environment'],
): GivenSettings {
  const whole = withEnvironment(received, environment);
  const isNothing = ['subdomain', 'api_url', 'api_key', 'credentials'].every((name) => !whole.received[name]);
  if (isNothing) {
    throw new ConfigError(
      'There are no settings. Name a JSON file that holds subdomain and api_key (or credentials) with --config FILE, or set KOMMO_SUBDOMAIN and KOMMO_API_KEY, or TAP_KOMMO_SUBDOMAIN, TAP_KOMMO_API_KEY and others with --config ENV.',
    );
  }
  return { received: whole.received, names: { ...names, ...whole.names }, credentialsFile };
}

async function readSettingsFile(file: string): Promise<object> {
  const json = (await readJsonFile(file, 'config')) ?? {};
  if (typeof json !== 'object' || Array.isArray(json)) {
    throw new ConfigError(`The config file ${file} does not hold a JSON object.`);
  }
  return json;
}

/** The nearest `.env`, from the working directory upwards. */
async function readDotEnv(): Promise<Record<string, string | undefined>> {
  for (let folder = resolve('.'); ; folder = dirname(folder)) {
    try {
      return parseEnv(await readFile(join(folder, '.env'), 'utf8'));
    } catch {
      if (folder === dirname(folder)) return {};
    }
  }
}
