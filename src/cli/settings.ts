import { type Config, parseConfig, withEnvironment } from '../config.ts';
import { UsageError } from '../errors.ts';
import type { Redactor } from '../redact.ts';
import type { Context } from './context.ts';
import { readJsonFile } from './json-file.ts';

/**
 * The settings in the file, or those of the environment where no file is named. From here on no text that
 * leaves the program holds a secret of theirs.
 */
export async function readSettings(context: Context, path: string | undefined): Promise<Config> {
  if (path !== undefined) return checkSettings(context.redactor, await readJsonFile(path, 'config'));
  const received = withEnvironment({}, context.environment);
  if (Object.keys(received).length === 0) {
    throw new UsageError('missing --config FILE, or KOMMO_SUBDOMAIN and KOMMO_API_KEY in the environment');
  }
  return checkSettings(context.redactor, received);
}

/** Validates settings after their secrets were made known. */
export function checkSettings(redactor: Redactor, received: unknown): Config {
  hideSecrets(received, redactor);
  return parseConfig(received);
}

/** Goes by the names of the settings, so that a token in a setting that turns out invalid is known too. */
function hideSecrets(settings: unknown, redactor: Redactor): void {
  if (typeof settings !== 'object' || settings === null) return;
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === 'string' && /token|secret|password|api_key/.test(name)) redactor.add(value);
    else hideSecrets(value, redactor);
  }
}
