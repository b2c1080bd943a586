import { type Config, type Names, parseConfig, withEnvironment } from '../config.ts';
import { UsageError } from '../errors.ts';
import type { Redactor } from '../redact.ts';
import type { Context } from './context.ts';
import { readJsonFile } from './json-file.ts';

/** What names the file that `readSettings` reads. */
export const configFlag = {
  type: 'string',
  placeholder: 'FILE',
  summary:
    'the settings, as JSON; KOMMO_SUBDOMAIN and KOMMO_API_KEY in the environment fill in what is missing',
} as const;

/**
 * The settings in the file, where it leaves gaps those of the environment. From here on no text that leaves the
 * program holds a secret of theirs.
 */
export async function readSettings(context: Context, path: string | undefined): Promise<Config> {
  return checkSettings(context.redactor, await findSettings(context, path));
}

/** Settings before they are validated. */
export interface FoundSettings {
  received: unknown;
  names: Names;
}

/** Reads what `readSettings` validates. */
export async function findSettings(
  { environment }: Context,
  path: string | undefined,
): Promise<FoundSettings> {
  if (path !== undefined) {
    const own = await readJsonFile(path, 'config');
    return isObject(own) ? withEnvironment(own, environment) : { received: own, names: {} };
  }
  const given = withEnvironment({}, environment);
  if (Object.keys(given.received).length === 0) {
    throw new UsageError('missing --config FILE, or KOMMO_SUBDOMAIN and KOMMO_API_KEY in the environment');
  }
  // Without a file the variables are the only names that there are, for what is missing as well.
  return { ...given, names: { subdomain: 'KOMMO_SUBDOMAIN', credentials: 'KOMMO_API_KEY', ...given.names } };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Validates settings after their secrets were made known. */
export function checkSettings(redactor: Redactor, { received, names }: FoundSettings): Config {
  hideSecrets(received, redactor);
  return parseConfig(received, names);
}

/** Goes by the names of the settings, so that a token in a setting that turns out invalid is known too. */
function hideSecrets(settings: unknown, redactor: Redactor): void {
  if (typeof settings !== 'object' || settings === null) return;
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === 'string' && /token|secret|password|api_key/.test(name)) redactor.add(value);
    else hideSecrets(value, redactor);
  }
}
