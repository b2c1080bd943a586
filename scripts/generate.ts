import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generateAirbytePage } from './generate-airbyte-page.ts';
import { generateCustomFields } from './generate-custom-fields.ts';
import { generateEndpoints } from './generate-endpoints.ts';
import { generateMeltano } from './generate-meltano.ts';
import { generateReadme } from './generate-readme.ts';
import { generateSpec } from './generate-spec.ts';
import { generateSqliteTables } from './generate-sqlite-tables.ts';
import { generateStreams } from './generate-streams.ts';
import type { GeneratedFile } from './generated-file.ts';

const generators: (() => GeneratedFile[])[] = [
  generateSpec,
  generateMeltano,
  generateSqliteTables,
  generateStreams,
  generateAirbytePage,
  generateEndpoints,
  generateCustomFields,
  generateReadme,
];

const root = new URL('../', import.meta.url);
const files = generators.flatMap((generate) => generate());
for (const { path, text } of files) writeFileSync(new URL(path, root), text);
execFileSync('biome', ['format', '--write', '--no-errors-on-unmatched', ...files.map((file) => file.path)], {
  cwd: fileURLToPath(root),
  stdio: ['ignore', 'ignore', 'inherit'],
});
