import { readFileSync } from 'node:fs';
import { streams } from '../streams/index.ts';
import { names } from './generate-streams.ts';
import type { GeneratedFile } from './generated-file.ts';
import { replaceSection } from './marked-section.ts';

const path = 'docs/integrations/sources/kommo.md';

/** Airbyte's page about the connector, with its table of streams as declared in streams/. */
export function generateAirbytePage(): GeneratedFile[] {
  const rows = streams.map(
    ({ name, key, cursor }) => `| ${name} | ${names(key)} | ${cursor === undefined ? '' : `\`${cursor}\` `}|`,
  );
  const table = ['| Stream | Primary key | Cursor |', '|---|---|---|', ...rows].join('\n');
  const page = readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
  return [{ path, text: replaceSection(page, 'streams', table) }];
}
