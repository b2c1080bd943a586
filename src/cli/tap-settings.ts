import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { environmentSettings } from '../dialect/singer/environment.ts';
import type { SettingSchema } from '../dialect/singer/settings-schema.ts';
import { ConfigError } from '../errors.ts';
import type { Context } from './context.ts';
import { readJsonFile } from './json-file.ts';

/** The word that stands for the environment among the values of `--config`. */
const fromEnvironment = 'ENV';

/** The settings of all `--config` values: later files win key by key, the environment wins over all files. */
export async function readTapSettings(
  configs: readonly string[],
  settings: SettingSchema,
  environment: Context['environment'],
): Promise<Record<string, unknown>> {
  const merged: Record<string, unknown> = {};
  for (const file of configs) {
    if (file !== fromEnvironment) Object.assign(merged, await readSettingsFile(file));
  }
  if (configs.includes(fromEnvironment)) {
    const variables = { ...(await readDotEnv()), ...environment };
    Object.assign(merged, environmentSettings(variables, settings));
  }
  return merged;
}

/** The file into which renewed tokens can be written back: the last one given. */
export function lastConfigFile(configs: readonly string[]): string | undefined {
  return configs.findLast((file) => file !== fromEnvironment);
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
