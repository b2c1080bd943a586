import { capabilities } from '../src/dialect/singer/about.ts';
import {
  type NamedSetting,
  namedSettings,
  type SettingSchema,
  settingsSchema,
  typeName,
} from '../src/dialect/singer/settings-schema.ts';
import { generateSpec } from './generate-spec.ts';
import type { GeneratedFile } from './generated-file.ts';

/** The files that Meltano reads: the settings in them follow from the settings' schema. */
export function generateMeltano(): GeneratedFile[] {
  const spec = JSON.parse(generateSpec()[0]!.text);
  const settings = namedSettings(settingsSchema(spec.connectionSpecification as SettingSchema));
  return [
    { path: 'meltano.yml', text: project(settings) },
    { path: 'plugin.yml', text: plugin(settings) },
  ];
}

/** A Meltano project with the tap of this checkout. */
function project(settings: readonly NamedSetting[]): string {
  return `# Written by \`npm run generate\`. Try it: \`meltano install && meltano run tap-kommo target-jsonl\`, with the
# settings in \`.env\`: TAP_KOMMO_SUBDOMAIN and TAP_KOMMO_API_KEY. With OAuth, token_store has to name a file that
# lasts: what Meltano gives the tap as its config is gone after the run, and renewed tokens would be lost with it.
requires_meltano: ">=4.0"
default_environment: dev
send_anonymous_usage_stats: false
environments:
  - name: dev
plugins:
  extractors:
    - name: tap-kommo
${indent(definition('./bin/tap-kommo.js', settings), 6)}
  loaders:
    - name: target-jsonl
      variant: andyh1203
      pip_url: target-jsonl
      config:
        destination_path: output
`;
}

/** The definition of the tap for other projects: \`meltano add --from-ref plugin.yml tap-kommo\`. */
function plugin(settings: readonly NamedSetting[]): string {
  return `# Written by \`npm run generate\`. In a Meltano project where npm has installed source-kommo:
# \`meltano add --from-ref node_modules/source-kommo/plugin.yml tap-kommo\`. With OAuth, token_store has to name a file
# that lasts: what Meltano gives the tap as its config is gone after the run, and renewed tokens would be lost with it.
plugin_type: extractors
name: tap-kommo
variant: source-kommo
label: Kommo
description: CRM for sales in messengers, formerly amoCRM
domain_url: https://developers.kommo.com/
keywords: [api, amocrm]
${definition('./node_modules/.bin/tap-kommo', settings)}
`;
}

function definition(executable: string, settings: readonly NamedSetting[]): string {
  return `namespace: tap_kommo
executable: ${executable}
capabilities:
${capabilities.map((capability) => `  - ${capability}`).join('\n')}
settings_group_validation:
  - [subdomain, api_key]
  - [subdomain, credentials.auth_type, credentials.client_id, credentials.client_secret, credentials.redirect_uri, credentials.refresh_token, token_store]
settings:
${settings.map(setting).join('\n')}
commands:
  about:
    args: --about --format=json
    description: What this tap is, can do and can be told.`;
}

function setting({ name, schema }: NamedSetting): string {
  const choices = schema.enum as string[] | undefined;
  const lines = [
    `  - name: ${name}`,
    `    label: ${JSON.stringify(schema.title ?? titleOf(name))}`,
    `    kind: ${kindOf(schema)}`,
    ...(schema.secret === true ? ['    sensitive: true'] : []),
    ...(choices
      ? ['    options:', ...choices.map((choice) => `      - {label: ${choice}, value: ${choice}}`)]
      : []),
    ...(schema.default === undefined
      ? []
      : [
          `    value: ${JSON.stringify(typeName(schema) === 'number' ? `${schema.default}` : schema.default)}`,
        ]),
    `    description: ${JSON.stringify(schema.description ?? '')}`,
  ];
  return lines.join('\n');
}

/** Meltano's word for the type of a setting (singer.md §2.2). */
function kindOf(schema: SettingSchema): string {
  if (schema.enum !== undefined) return 'options';
  if (schema.format === 'date-time') return 'date_iso8601';
  const type = typeName(schema);
  // Meltano 4.4 fails to write a setting of kind decimal into a config; the connector takes numbers as text too.
  return type === 'number' ? 'string' : type;
}

function titleOf(name: string): string {
  return name.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase());
}

function indent(text: string, width: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(width));
}
