import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stream } from '../../src/stream/declaration.ts';
import { streams as catalogue } from '../../streams/index.ts';
import { expectedRows, type OpenAccount, openAccount, streams } from './account.ts';
import { compare, keepings } from './comparison.ts';
import { checkDeletions, peopleDelete, peopleRestore, type Warehouse } from './deletions.ts';
import { type Client, programOf } from './environments.ts';
import { expect, must, root, run, source, tap, workshop } from './programs.ts';

const interop = (file: string) => join(root, 'interop', file);

/** Runs tests of pytest and gives how many passed. */
async function pytest(
  client: Client,
  file: string,
  more: readonly string[],
  environment: Record<string, string>,
): Promise<string> {
  const flags = ['-q', '--no-header', '-p', 'no:cacheprovider', '--tb=short', '-rs', '-W', 'ignore'];
  const command = [programOf(client, 'python'), '-m', 'pytest', ...flags, ...more, file];
  const { code, stdout, stderr } = await run(command, { environment, cwd: workshop });
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  expect(code === 0, `${stdout}\n${stderr}`.trim().split('\n').slice(-40).join('\n'));
  expect(!/failed|error/.test(last), last);
  return last
    .replaceAll('=', '')
    .trim()
    .replace(/ in [\d.]+s.*$/, '');
}

export async function singerSdk(): Promise<string> {
  await using account = await openAccount('singer-sdk');
  return await pytest('singer-sdk', interop('test_singer_sdk.py'), [], {
    TAP_EXECUTABLE: tap,
    TAP_CONFIG: account.config,
  });
}

/** Its `--tap` does not wait for its own reader, and so fails by chance: it is given the lines instead. */
export async function singerCheckTap(): Promise<string> {
  await using account = await openAccount('singer-check-tap');
  const check = async (flags: string[]) => {
    const input = await must([tap, '--config', account.config, ...flags]);
    const said = await must([programOf('singer-tools', 'singer-check-tap')], { input });
    expect(said.includes('The output is valid.'), said);
    return { lines: input.trimEnd().split('\n'), said };
  };
  const first = await check([]);
  const state = join(workshop, 'configs', 'singer-check-tap-state.json');
  writeFileSync(state, first.lines.at(-1)!);
  const second = await check(['--state', state]);
  return `${first.lines.length} messages valid, and ${second.lines.length} with the state that came out`;
}

interface Reads {
  first: number;
  second: number;
  third: number;
  full: number;
  edited: number[];
  again: number;
  moved: number[];
  changed: number;
}

/** Those of which Kommo can be asked for changes alone. */
const incremental = streams.filter(
  (stream) => stream.incremental && stream.lists.every(({ filter }) => filter !== undefined),
);
const full = streams.filter((stream) => !incremental.includes(stream));
/** Among those the ones that tell by their order what has changed. */
const fromTheTop = full.filter(({ lists }) => lists.every(({ newestFirst }) => newestFirst));
const namesOf = (of: readonly Stream[]) => of.map(({ name }) => name);

export async function pyAirbyte(): Promise<string> {
  await using account = await openAccount('pyairbyte');
  const { simulator } = account;
  const folder = join(workshop, 'stored', 'pyairbyte');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const command = [
    programOf('pyairbyte', 'python'),
    interop('airbyte_reads.py'),
    source,
    folder,
    simulator.url,
    JSON.stringify({
      incremental: namesOf(incremental),
      full: namesOf(full),
      fromTheTop: namesOf(fromTheTop),
      all: namesOf(catalogue),
    }),
  ];
  const output = await must(command, {
    cwd: folder,
    environment: { AIRBYTE_OFFLINE_MODE: '1', SOURCE_CONFIG: JSON.stringify(airbyteConfig(account)) },
  });
  const reads: Reads = JSON.parse(output.trimEnd().split('\n').at(-1)!);
  const count = (of: readonly Stream[]) =>
    of.reduce(
      (sum, { name, key }) => sum + (key.length === 0 ? 1 : [...simulator.account.truth(name)].length),
      0,
    );
  const everything = count(incremental);
  expect(reads.first === everything, `the first read brought ${reads.first} of ${everything} records`);
  expect(reads.second === 0, `the second read brought ${reads.second} records`);
  expect(
    reads.third === reads.edited.length,
    `the third read brought ${reads.third} records, not the edited 3`,
  );
  const whole = count(full);
  expect(reads.full === whole, `the full-refresh streams brought ${reads.full} of ${whole} records`);
  const top = namesOf(fromTheTop).join();
  expect(reads.again === 0, `the second read of ${top} brought ${reads.again} records`);
  expect(
    reads.changed === reads.moved.length && reads.changed > 0,
    `the third read of ${top} brought ${reads.changed} records, not the edited ${reads.moved.length}`,
  );
  const place = join(folder, 'cache.duckdb');
  const store = { kind: 'pyairbyte', place, keeping: keepings.asIs, upserts: true };
  await compare('pyairbyte', store, await expectedRows(account));
  const again = [programOf('pyairbyte', 'python'), interop('airbyte_again.py'), source, folder];
  const readAgain = () =>
    must([...again, JSON.stringify(namesOf(incremental))], {
      cwd: folder,
      environment: { AIRBYTE_OFFLINE_MODE: '1', SOURCE_CONFIG: JSON.stringify(airbyteConfig(account)) },
    });
  const warehouse: Warehouse = { client: 'pyairbyte', dialect: 'duckdb', place, schema: 'main' };
  const merge = peopleDelete(account);
  await readAgain();
  const alive = await checkDeletions(account, warehouse, merge);
  peopleRestore(account);
  await readAgain();
  await checkDeletions(account, warehouse, merge);
  return `check, discover; ${reads.first} records, then none, then the 3 that were edited; ${whole} of full refresh; of ${top} none at the second read, then the ${reads.changed} that were edited; equal in every column; ${alive}`;
}

export async function airbyteCdk(): Promise<string> {
  await using account = await openAccount('airbyte-cdk');
  const folder = join(workshop, 'source-kommo');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'secrets'), { recursive: true });
  const config = airbyteConfig(account);
  const refused = airbyteConfig(account, 'a-wrong-token');
  writeFileSync(join(folder, 'secrets', 'config.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'secrets', 'refused.json'), JSON.stringify(refused));
  writeFileSync(join(folder, 'acceptance-test-config.yml'), acceptanceTests);
  const metadata = join(root, 'metadata.yaml');
  if (existsSync(metadata)) cpSync(metadata, join(folder, 'metadata.yaml'));
  else writeFileSync(join(folder, 'metadata.yaml'), 'data: {}\n');
  cpSync(interop('test_airbyte_cdk.py'), join(folder, 'test_airbyte_cdk.py'));
  const hooks = ['-p', 'airbyte_cdk.test.standard_tests.pytest_hooks', '-m', 'not image_tests'];
  const environment = { SOURCE_EXECUTABLE: source, CONNECTOR_ROOT: folder };
  const counts = await pytest('airbyte-cdk', join(folder, 'test_airbyte_cdk.py'), hooks, environment);
  return `${counts} (what needs an image is deselected; with a refused token only check is asked for)`;
}

/** Airbyte's clients hold a config to the spec, which does not know the short form of credentials. */
function airbyteConfig({ settings: { api_key, ...others } }: OpenAccount, access_token = api_key) {
  return { ...others, credentials: { auth_type: 'long_lived_token', access_token } };
}

const acceptanceTests = `connector_image: source-kommo:dev
acceptance_tests:
  spec:
    tests:
      - config_path: secrets/config.json
  connection:
    tests:
      - config_path: secrets/config.json
        status: succeed
      - config_path: secrets/refused.json
        status: failed
  discovery:
    tests:
      - config_path: secrets/config.json
  basic_read:
    tests:
      - config_path: secrets/config.json
`;
