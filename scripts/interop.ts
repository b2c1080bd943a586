import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import { viewsInDuckdb } from './interop/duckdb-views.ts';
import { allClients, type Client, install, installer } from './interop/environments.ts';
import { meltanoChecks } from './interop/meltano.ts';
import { root, workshop } from './interop/programs.ts';
import { type Outcome, report } from './interop/report.ts';
import { airbyteCdk, pyAirbyte, singerCheckTap, singerSdk } from './interop/suites.ts';
import { csv, pipeIntoParquet, pipeTwice, sqlite } from './interop/targets.ts';

/** Runs our programs with the clients that people use, and writes docs/interop.md. */
const { values } = parseArgs({
  options: { 'allow-missing': { type: 'boolean' }, only: { type: 'string', multiple: true } },
});
const startedAt = Date.now();
const say = (line: string) => process.stdout.write(`${line}\n`);
const isWanted = (client: Client) => values.only === undefined || values.only.includes(client);

const outcomes: Outcome[] = [];
const versions = new Map<Client, string>();
const missing = new Map<Client, string>();

async function check(client: Client, what: string, work: () => Promise<string>): Promise<void> {
  const at = Date.now();
  const outcome = await work().then(
    (result) => ({ client, what, passed: true, result }),
    (error: Error) => ({ client, what, passed: false, result: error.message }),
  );
  outcomes.push(outcome);
  const seconds = ((Date.now() - at) / 1000).toFixed(1);
  say(`${outcome.passed ? 'ok  ' : 'FAIL'} ${client}: ${what}: ${outcome.result} (${seconds} s)`);
}

async function installAll(): Promise<void> {
  mkdirSync(workshop, { recursive: true });
  const uv = await installer();
  const limit = pLimit(4);
  const wanted = allClients.filter(
    (client) => isWanted(client) || (isWanted('meltano') && client.startsWith('target-')),
  );
  await Promise.all(
    wanted.map((client) =>
      limit(async () => {
        try {
          versions.set(client, await install(client, uv));
        } catch (error) {
          missing.set(client, (error as Error).message);
        }
      }),
    ),
  );
  say(`installed ${[...versions.values()].join(', ')} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
}

async function throughMeltano(): Promise<void> {
  const needed: Client[] = ['meltano', 'target-jsonl', 'target-duckdb', 'target-postgres'];
  const absent = needed.find((client) => missing.has(client));
  if (absent !== undefined) {
    missing.set('meltano', `without ${absent}`);
    return;
  }
  const { checks, close, versions: more } = await meltanoChecks();
  versions.set('target-postgres', `${versions.get('target-postgres')}, ${more.join(', ')}`);
  try {
    for (const [what, work] of checks) await check('meltano', what, work);
  } finally {
    await close();
  }
}

const groups: [Client, () => Promise<void>][] = [
  ['meltano', throughMeltano],
  ['pyairbyte', () => check('pyairbyte', 'three reads', pyAirbyte)],
  ['airbyte-cdk', () => check('airbyte-cdk', 'standard tests', airbyteCdk)],
  ['singer-sdk', () => check('singer-sdk', 'standard tap tests, and three stronger ones', singerSdk)],
  ['target-csv', () => check('target-csv', 'two pipes', () => pipeTwice(csv, 'csv'))],
  ['target-sqlite', () => check('target-sqlite', 'two pipes', () => pipeTwice(sqlite, 'sqlite'))],
  ['target-parquet', () => check('target-parquet', 'one pipe a stream', pipeIntoParquet)],
  ['duckdb', () => check('duckdb', 'every view of the SQLite file, in both', viewsInDuckdb)],
  ['singer-tools', () => check('singer-tools', 'singer-check-tap', singerCheckTap)],
];

await installAll().catch((error: Error) => {
  for (const client of allClients) missing.set(client, error.message);
});
const atOnce = pLimit(2);
await Promise.all(
  groups
    .filter(([client]) => isWanted(client) && !missing.has(client))
    .map(([client, work]) =>
      atOnce(() => work().catch((error: Error) => void missing.set(client, error.message))),
    ),
);
for (const [client, reason] of missing) say(`not run: ${client}: ${reason.trimEnd().split('\n').at(-1)}`);
if (values.only === undefined && missing.size === 0) {
  writeFileSync(join(root, 'docs', 'interop.md'), report(outcomes, versions));
}
const failed = outcomes.filter(({ passed }) => !passed).length;
say(
  `${outcomes.length - failed} of ${outcomes.length} passed in ${Math.round((Date.now() - startedAt) / 1000)} s`,
);
if (failed > 0 || (missing.size > 0 && !values['allow-missing'])) process.exitCode = 1;
