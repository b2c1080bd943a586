import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectedRows, openAccount, streams, workGoesOn } from './account.ts';
import { compare, keepings, type Store } from './comparison.ts';
import { type Client, programOf } from './environments.ts';
import { expect, must, tap, workshop } from './programs.ts';

interface Target {
  client: Client;
  program: string;
  store: Store;
  /** It can be given changed rows alone; the sample of singer-sdk can only insert, or replace all. */
  takesChanges: boolean;
  /** Of the first run or the second. */
  settings(run: 1 | 2): Record<string, unknown>;
}

const folderOf = (name: string) => join(workshop, 'stored', name);

export const csv: Target = {
  client: 'target-csv',
  program: 'target-csv',
  // It replaces a file that is there.
  settings: (run) => ({ output_path: folderOf('csv'), file_naming_scheme: `{stream_name}-${run}.csv` }),
  store: { kind: 'csv', place: folderOf('csv'), keeping: keepings.csv, upserts: false },
  takesChanges: true,
};

export const sqlite: Target = {
  client: 'target-sqlite',
  program: 'target-sqlite',
  settings: () => ({ path_to_db: join(folderOf('sqlite'), 'kommo.db'), load_method: 'overwrite' }),
  store: {
    kind: 'sqlite',
    place: join(folderOf('sqlite'), 'kommo.db'),
    keeping: keepings.sqlite,
    upserts: true,
  },
  takesChanges: false,
};

/** All records into a target, then all or what changed since: at the end it holds the account as it is. */
export async function pipeTwice(target: Target, name: string): Promise<string> {
  const { store } = target;
  await using account = await openAccount(name);
  clear(name);
  const first = await pipe(target, name, target.settings(1), await must([tap, '--config', account.config]));
  const rows = await compare(target.client, store, await expectedRows(account));
  workGoesOn(account);
  const state = join(workshop, 'stored', name, 'state.json');
  writeFileSync(state, first);
  const goOn = target.takesChanges ? ['--state', state] : [];
  await pipe(target, name, target.settings(2), await must([tap, '--config', account.config, ...goOn]));
  await compare(target.client, store, await expectedRows(account));
  return `${rows} rows, then ${target.takesChanges ? 'those that changed' : 'all again'}: equal in every column`;
}

/**
 * The parquet target writes one file, and so takes one stream at a time. It cannot take fractions: columns of them are
 * left out.
 */
export async function pipeIntoParquet(): Promise<string> {
  const client = 'target-parquet';
  await using account = await openAccount('parquet');
  clear('parquet');
  const lines = (await must([tap, '--config', account.config])).trimEnd().split('\n');
  const expected = await expectedRows(account);
  for (const { name } of streams) {
    const messages = lines.map((line) => JSON.parse(line)).filter(({ stream = name }) => stream === name);
    const { properties } = messages.find(({ type }) => type === 'SCHEMA').schema;
    const fractions = Object.keys(properties).filter((column) => properties[column].type.includes('number'));
    const records = messages.filter(({ type }) => type === 'RECORD').map(({ record }) => record);
    for (const row of [properties, ...records, ...expected.get(name)!.values()]) {
      for (const column of fractions) delete row[column];
    }
    const settings = { filepath: join(folderOf('parquet'), `${name}.parquet`) };
    const input = messages.map((message) => `${JSON.stringify(message)}\n`).join('');
    await pipe({ client, program: client }, 'parquet', settings, input);
  }
  const store = { kind: 'parquet', place: folderOf('parquet'), keeping: keepings.asIs, upserts: false };
  return `${await compare(client, store, expected)} rows: equal in every column but those of fractions, which it cannot take`;
}

/** Gives the state that the target printed last, which has to be the one that the tap wrote last. */
async function pipe(
  { client, program }: Pick<Target, 'client' | 'program'>,
  name: string,
  settings: Record<string, unknown>,
  lines: string,
): Promise<string> {
  const config = join(folderOf(name), 'target.json');
  writeFileSync(config, JSON.stringify(settings));
  const printed = await must([programOf(client, program), '--config', config], { input: lines });
  const state = printed.trimEnd().split('\n').at(-1) ?? '';
  const { value } = JSON.parse(lines.trimEnd().split('\n').at(-1)!);
  expect(
    JSON.stringify(JSON.parse(state)) === JSON.stringify(value),
    `the target printed another state: ${state}`,
  );
  return state;
}

function clear(name: string): void {
  rmSync(folderOf(name), { recursive: true, force: true });
  mkdirSync(folderOf(name), { recursive: true });
}
