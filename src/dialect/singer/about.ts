import { environmentName, namedSettings, type SettingSchema, typeName } from './settings-schema.ts';

export const aboutFormats = ['text', 'json', 'markdown'] as const;
export type AboutFormat = (typeof aboutFormats)[number];

/** What the tap can do, in the words of Meltano's Hub. */
export const capabilities = [
  'catalog',
  'state',
  'discover',
  'about',
  'test',
  'activate-version',
  'schema-flattening',
  'structured-logging',
] as const;

const description = 'Reads leads, contacts, companies, tasks, events and more from a Kommo (amoCRM) account.';

/** What `--about` prints, in singer-sdk's shape, which the Hub's tools read. */
export function about(format: AboutFormat, version: string, settings: SettingSchema): string {
  if (format === 'markdown') return markdown(settings);
  if (format === 'text') return text(version, settings);
  const facts = {
    name: 'tap-kommo',
    description,
    version,
    sdk_version: null,
    supported_python_versions: null,
    capabilities,
    settings,
  };
  return JSON.stringify(facts, null, 2);
}

function text(version: string, settings: SettingSchema): string {
  return [
    'Name: tap-kommo',
    `Description: ${description}`,
    `Version: ${version}`,
    'Capabilities:',
    ...capabilities.map((capability) => `  - ${capability}`),
    'Settings:',
    ...Object.entries(settings.properties ?? {}).flatMap(([name, schema]) => [
      `  - Name: ${name}`,
      `    Type: ${typeName(schema)}`,
      `    Environment Variable: ${environmentName(name)}`,
    ]),
  ].join('\n');
}

function markdown(settings: SettingSchema): string {
  return [
    '# `tap-kommo`\n',
    `${description}\n`,
    '## Capabilities\n',
    ...capabilities.map((capability) => `- \`${capability}\``),
    '\n## Settings\n',
    '| Setting | Required | Default | Description |',
    '|:--------|:--------:|:-------:|:------------|',
    ...namedSettings(settings).map(
      ({ name, schema, required }) =>
        `| ${name} | ${required ? 'True' : 'False'} | ${cell(schema.default ?? 'None')} | ${cell(schema.description ?? '')} |`,
    ),
    '\nThe settings can be given as environment variables too, with `--config ENV`: `subdomain` as `TAP_KOMMO_SUBDOMAIN`, and so on.',
  ].join('\n');
}

function cell(value: unknown): string {
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  return shown.replaceAll('\n', '<br/>').replaceAll('|', '\\|');
}
