import { readFileSync } from 'node:fs';
import { commands } from '../src/cli/commands.ts';
import { type SettingSchema, settingsSchema } from '../src/dialect/singer/settings-schema.ts';
import { specification } from '../src/specification.ts';
import { streams } from '../streams/index.ts';
import { bySubject, changesBy, names } from './generate-streams.ts';
import type { GeneratedFile } from './generated-file.ts';
import { markdownTable, replaceSection } from './marked-section.ts';

const page = new URL('../README.md', import.meta.url);

/** README.md with its tables of streams, settings and commands as the program has them. */
export function generateReadme(): GeneratedFile[] {
  const sections = { streams: describeStreams(), settings: describeSettings(), commands: describeCommands() };
  let text = readFileSync(page, 'utf8');
  for (const [name, content] of Object.entries(sections)) text = replaceSection(text, name, content);
  return [{ path: 'README.md', text }];
}

function describeStreams(): string {
  const rows = bySubject().flatMap(([heading, members]) =>
    members.map((stream, index) => [
      index === 0 ? heading : '',
      `[\`${stream.name}\`](docs/streams.md#${stream.name})${stream.selectedByDefault ? '' : ' *'}`,
      stream.schema.description ?? '',
      names(stream.key),
      stream.incremental ? changesBy(stream) : '',
    ]),
  );
  const byName = streams.some((stream) => !stream.selectedByDefault)
    ? '\n\n\\* Read only when it is named: `--streams default,talk_messages`, or selected in a catalog.'
    : '';
  return `${streams.length} streams.\n\n${markdownTable(['', 'stream', 'what it is', 'key', 'incremental by'], rows)}${byName}`;
}

function describeSettings(): string {
  const connector = specification().connectionSpecification as SettingSchema;
  const all = settingsSchema(connector);
  const isShared = (name: string) => name in connector.properties! || name === 'api_key';
  const own = (shared: boolean) =>
    Object.fromEntries(Object.entries(all.properties!).filter(([name]) => isShared(name) === shared));
  const variants = connector.properties!.credentials!.oneOf!.map(
    (variant) =>
      `\`credentials\` with \`auth_type\` \`${variant.properties!.auth_type!.const}\`: ` +
      `${variant.description}\n\n${settingsTable({ ...variant, properties: withoutType(variant) })}`,
  );
  return [
    settingsTable({ properties: own(true), required: ['subdomain'] }),
    ...variants,
    `\`tap-kommo\` also takes:\n\n${settingsTable({ properties: own(false) })}`,
  ].join('\n\n');
}

function withoutType({ properties }: SettingSchema): Record<string, SettingSchema> {
  const { auth_type: _, ...others } = properties!;
  return others;
}

function settingsTable({ properties, required = [] }: SettingSchema): string {
  return markdownTable(
    ['setting', 'default', 'what it is'],
    Object.entries(properties!).map(([name, schema]) => [
      `\`${name}\`${required.includes(name) ? ', required' : ''}`,
      schema.default === undefined ? '' : `\`${schema.default}\``,
      schema.description ?? '',
    ]),
  );
}

function describeCommands(): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => [`\`source-kommo ${name}\``, summary]);
  return markdownTable(['command', 'does'], [...rows, ['`tap-kommo`', tapSummary]]);
}

const tapSummary = 'the same account as a Singer tap';
