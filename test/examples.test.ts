import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../src/config.ts';
import { planCatalog } from '../src/dialect/airbyte/configured.ts';
import { capabilities } from '../src/dialect/singer/about.ts';
import { namedSettings, type SettingSchema, settingsSchema } from '../src/dialect/singer/settings-schema.ts';
import { specification } from '../src/specification.ts';
import { streams } from '../streams/index.ts';
import { root } from './cli/program.ts';
import { commandsIn, problemsOf } from './docs/command-line.ts';
import { textOf } from './docs/page.ts';
import { newFolder } from './new-folder.ts';

const connector = specification().connectionSpecification as SettingSchema;
const settings = namedSettings(settingsSchema(connector)).map(({ name }) => name);

test.each([
  ['long_lived_token', 'examples/config.long-lived-token.json'],
  ['oauth2.0', 'examples/config.oauth.json'],
])('a config with %s is valid, and every setting in it exists', (type, file) => {
  const config = JSON.parse(textOf(file));
  expect(parseConfig(config)).toMatchObject({ origin: 'https://acme.kommo.com', credentials: { type } });
  const { credentials, ...others } = config;
  const given = [...Object.keys(others), ...Object.keys(credentials).map((name) => `credentials.${name}`)];
  expect(settings).toEqual(expect.arrayContaining(given));
});

test('the configured catalog asks for what there is', () => {
  const catalog = JSON.parse(textOf('examples/catalog.json'));
  const warnings: string[] = [];
  const { plan, failures } = planCatalog(catalog, streams, new Map(), (message) => warnings.push(message));
  expect([...failures, ...warnings]).toEqual([]);
  expect(plan.map(({ stream, mode, columns }) => [stream.name, mode, columns.toSorted()])).toEqual(
    // biome-ignore lint/suspicious/noExplicitAny: the catalog was checked above
    catalog.streams.map(({ stream, sync_mode }: any) => [
      stream.name,
      sync_mode,
      Object.keys(stream.json_schema.properties).sort(),
    ]),
  );
});

test('the Meltano project names settings, capabilities, streams and columns that exist', () => {
  const { plugins, jobs, schedules } = parse(textOf('examples/meltano/meltano.yml'));
  const [tap] = plugins.extractors;
  expect(settings).toEqual(expect.arrayContaining(tap.settings.map(({ name }: { name: string }) => name)));
  expect(tap.settings.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(Object.keys(tap.config)),
  );
  expect(tap.capabilities.toSorted()).toEqual([...capabilities].sort());
  for (const pattern of tap.select as string[]) {
    const [name, column] = pattern.replace('!', '').split('.') as [string, string];
    const stream = streams.find((each) => each.name === name)!;
    expect(['*', ...Object.keys(stream.schema.properties)]).toContain(column);
  }
  expect(jobs[0].tasks).toEqual([`${tap.name} ${plugins.loaders[0].name}`]);
  expect(schedules[0].job).toBe(jobs[0].name);
});

const dagCommands = (text: string) => [...text.matchAll(/bash_command="(.*)"/g)].map(([, code]) => code!);

const cronCommands = (text: string) =>
  [...text.matchAll(/^[^#\s]\S*(?: +\S+){4} +(.*)$/gm)].map(([, command]) => command!);

test.each([
  ['examples/docker-pipeline.sh', (text: string) => [text], 1],
  ['examples/crontab', cronCommands, 3],
  ['examples/airflow/kommo_sync.py', dagCommands, 3],
])('%s uses commands and flags that exist', async (file, shells, count) => {
  const commands = shells(textOf(file))
    .flatMap(commandsIn)
    .filter((words) => words.includes('npx') || words.includes('docker'));
  expect(commands).toHaveLength(count);
  const problems = await Promise.all(commands.map(problemsOf));
  expect(problems.flat()).toEqual([]);
});

test('the shell takes the script', () => {
  execFileSync('bash', ['-n', join(root, 'examples/docker-pipeline.sh')]);
});

test('a refresh that was cut short is taken up by the next hour, and no sync comes in between', () => {
  const folder = newFolder();
  const [weekly, ...hourly] = cronCommands(textOf('examples/crontab')).map((command) =>
    command.replaceAll('/opt/source-kommo', folder),
  );
  const runs = join(folder, 'runs');
  const outcome = join(folder, 'outcome');
  const npx = join(folder, 'npx');
  writeFileSync(npx, `#!/bin/sh\necho "$*" >> ${runs}\nexit $(cat ${outcome})\n`, { mode: 0o755 });
  const run = (command: string) =>
    spawnSync('sh', ['-c', command], { env: { ...process.env, PATH: `${folder}:${process.env.PATH}` } });
  const anHour = (code: 0 | 1) => {
    writeFileSync(runs, '');
    writeFileSync(outcome, `${code}`);
    for (const command of hourly) run(command);
    const words = readFileSync(runs, 'utf8').trim().split('\n');
    return words.map((line) => line.replaceAll(/source-kommo | --config \S+| --to \S+| --db \S+/g, ''));
  };
  expect(anHour(0)).toEqual(['sync']);
  run(weekly!);
  expect(anHour(1)).toEqual(['sync --full-refresh']);
  expect(anHour(1)).toEqual(['sync --full-refresh']);
  expect(anHour(0)).toEqual(['sync --full-refresh', 'verify']);
  expect(anHour(0)).toEqual(['sync']);
});
