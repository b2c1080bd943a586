import { z } from 'zod';
import { TapSettings } from './settings.ts';

export interface SettingSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  properties?: Record<string, SettingSchema>;
  required?: string[];
  oneOf?: SettingSchema[];
  [keyword: string]: unknown;
}

/** The short form of `credentials`, which spec.json leaves out because Airbyte's form has no use for it. */
const apiKey: SettingSchema = {
  type: 'string',
  title: 'API Key',
  description: 'A long-lived token, instead of credentials.',
  airbyte_secret: true,
};

/** The settings of the connector (`connectionSpecification` of spec.json) and those of the tap beside them. */
export function settingsSchema(connector: SettingSchema): SettingSchema {
  const own = z.toJSONSchema(TapSettings, { io: 'input' }) as SettingSchema;
  const { subdomain, ...others } = connector.properties ?? {};
  return {
    type: 'object',
    properties: mapValues(
      { subdomain: subdomain ?? {}, api_key: apiKey, ...others, ...own.properties },
      asSingerSpells,
    ),
    // Either of api_key and credentials is needed, for which the tools that read this have no word.
    required: ['subdomain'],
  };
}

export interface NamedSetting {
  /** `subdomain`, `credentials.access_token`. */
  name: string;
  schema: SettingSchema;
  required: boolean;
}

/** Every setting that has a value of its own; one that several alternatives share is there once. */
export function namedSettings(schema: SettingSchema, prefix = ''): NamedSetting[] {
  const required = new Set(schema.required);
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, child]): NamedSetting[] => {
    const below = namedSettings(child, `${prefix}${name}.`);
    if (below.length > 0) return below;
    return [{ name: `${prefix}${name}`, schema: child, required: required.has(name) }];
  });
  const shared = new Map<string, NamedSetting>();
  for (const alternative of (schema.oneOf ?? []).flatMap((option) => namedSettings(option, prefix))) {
    const { name, schema: child } = alternative;
    const before = shared.get(name)?.schema;
    // What only one of several alternatives needs is not required as such.
    shared.set(name, { name, schema: before ? either(before, child) : child, required: false });
  }
  return [...own, ...shared.values()];
}

/** A setting that means one thing in one alternative and another in the next. */
function either(first: SettingSchema, second: SettingSchema): SettingSchema {
  const { const: choice, ...kept } = first;
  const choices = [choice, second.const].filter((value) => value !== undefined);
  return {
    ...kept,
    ...(choices.length > 0 && { enum: choices }),
    description: `${first.description} Or: ${second.description}`,
  };
}

export function typeName(schema: SettingSchema): string {
  const { type } = schema;
  return (Array.isArray(type) ? type.find((name) => name !== 'null') : type) ?? 'string';
}

/** Under which name an environment variable gives a setting. */
export function environmentName(setting: string): string {
  return `TAP_KOMMO_${setting.toUpperCase().replaceAll(/[-.]/g, '_')}`;
}

/** Airbyte's marks of a setting in Singer's words. */
function asSingerSpells(schema: SettingSchema): SettingSchema {
  const kept: SettingSchema = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'airbyte_secret' && value === true)
      Object.assign(kept, { secret: true, writeOnly: true });
    else if (keyword === 'properties') kept.properties = mapValues(schema.properties ?? {}, asSingerSpells);
    else if (keyword === 'oneOf') kept.oneOf = (schema.oneOf ?? []).map(asSingerSpells);
    else if (!airbyteKeywords.has(keyword)) kept[keyword] = value;
  }
  return kept;
}

const airbyteKeywords = new Set([
  'airbyte_secret',
  'airbyte_hidden',
  'always_show',
  'display_type',
  'group',
  'multiline',
  'order',
  'pattern_descriptor',
]);

function mapValues<T, R>(values: Record<string, T>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}
