import { ConfigError } from '../../errors.ts';
import { environmentName, namedSettings, type SettingSchema, typeName } from './settings-schema.ts';

/**
 * The settings that environment variables give (`--config ENV`), each in the type that its schema names. A nested
 * setting has a variable of its own (`TAP_KOMMO_CREDENTIALS_CLIENT_ID`), and its object one for its JSON text.
 */
export function environmentSettings(
  environment: Readonly<Record<string, string | undefined>>,
  settings: SettingSchema,
): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  const whole = Object.entries(settings.properties ?? {}).map(([name, schema]) => ({ name, schema }));
  for (const { name, schema } of [...whole, ...namedSettings(settings)]) {
    const variable = environmentName(name);
    const value = environment[variable];
    if (value !== undefined) place(given, name.split('.'), typed(value, typeName(schema), variable));
  }
  return given;
}

/** The variable that gives each setting, alone or within the JSON text of its object. */
export function environmentNames(
  environment: Readonly<Record<string, string | undefined>>,
  settings: SettingSchema,
): Record<string, string> {
  const names = [
    ...Object.keys(settings.properties ?? {}),
    ...namedSettings(settings).map(({ name }) => name),
  ];
  const pairs = names.flatMap((name): [string, string][] => {
    const variables = [name, name.split('.', 1)[0]!].map(environmentName);
    const variable = variables.find((each) => environment[each] !== undefined);
    return variable === undefined ? [] : [[name, variable]];
  });
  return Object.fromEntries(pairs);
}

function place(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name, ...below] = path as [string, ...string[]];
  if (below.length === 0) {
    target[name] = value;
    return;
  }
  const inner = { ...(target[name] as Record<string, unknown> | undefined) };
  place(inner, below, value);
  target[name] = inner;
}

function typed(value: string, type: string, variable: string): unknown {
  switch (type) {
    case 'boolean':
      return ['true', '1', 'yes', 'on'].includes(value.trim().toLowerCase());
    case 'integer':
    case 'number': {
      const number = Number(value);
      if (value.trim() === '' || Number.isNaN(number))
        throw new ConfigError(`${variable} has to be a number.`);
      return number;
    }
    case 'object':
    case 'array':
      try {
        return JSON.parse(value);
      } catch {
        // The value may be a secret: it is not quoted.
        throw new ConfigError(`${variable} has to be JSON: its setting is an ${type}.`);
      }
    default:
      return value;
  }
}
