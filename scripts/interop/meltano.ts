import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { streams as catalogue } from '../../streams/index.ts';
import { expectedRows, type OpenAccount, openAccount, type Rows, streams, workGoesOn } from './account.ts';
import { compare, keepings, type Store } from './comparison.ts';
import { checkDeletions, peopleDelete, peopleRestore, type Warehouse } from './deletions.ts';
import type { Client } from './environments.ts';
import { loader, meltano, mustMeltano, stored, writeProject } from './meltano-project.ts';
import { startPostgres } from './postgres.ts';
import { expect, must } from './programs.ts';

/** Streams without a key, or with nothing but one: target-duckdb fails for both. */
const withoutRest = catalogue
  .filter(({ key, schema }) => key.length === 0 || key.length === Object.keys(schema.properties).length)
  .map(({ name }) => name);

export interface MeltanoChecks {
  /** By name: what has to come out, which rejects when it does not. */
  checks: [name: string, work: () => Promise<string>][];
  versions: string[];
  close(): Promise<void>;
}

/** Everything that is tried with Meltano, in the order in which it has to be tried. */
export async function meltanoChecks(): Promise<MeltanoChecks> {
  const postgres = await startPostgres();
  const account = await openAccount('meltano');
  writeProject(
    loader('target-jsonl', 'target_jsonl', { destination_path: stored('jsonl') }) +
      loader('target-duckdb', 'target_duckdb', {
        filepath: join(stored('duckdb'), 'warehouse.duckdb'),
        default_target_schema: 'kommo',
      }) +
      loader('target-postgres', 'target_postgres', {
        host: '127.0.0.1',
        port: postgres.port,
        user: 'kommo',
        password: 'kommo',
        database: 'postgres',
        default_target_schema: 'kommo',
      }),
  );
  const stores: Partial<Record<Client, Store>> = {
    'target-jsonl': { kind: 'jsonl', place: stored('jsonl'), keeping: keepings.asIs, upserts: false },
    'target-duckdb': {
      kind: 'duckdb',
      place: join(stored('duckdb'), 'warehouse.duckdb'),
      keeping: keepings.duckdb,
      upserts: true,
      refuses: withoutRest,
    },
    'target-postgres': { kind: 'postgres', place: postgres.url, keeping: keepings.asIs, upserts: true },
  };
  const targets = Object.entries(stores) as [Client, Store][];
  const compareAll = async (rows: Rows) => {
    const counts: string[] = [];
    for (const [client, store] of targets) {
      const taken = new Map([...rows].filter(([stream]) => !store.refuses?.includes(stream)));
      counts.push(`${client} ${await compare(client, store, taken)}`);
    }
    return `rows: ${counts.join(', ')}; equal in every column`;
  };
  const runAll = async (...flags: string[]) => {
    for (const [client, { refuses = [] }] of targets) {
      const select = JSON.stringify(['*.*', ...refuses.map((stream) => `!${stream}.*`)]);
      await mustMeltano(account, ['run', ...flags, 'tap-kommo', client], { TAP_KOMMO__SELECT: select });
    }
    return compareAll(await expectedRows(account));
  };
  return {
    versions: [postgres.version],
    close: async () => {
      await account[Symbol.asyncDispose]();
      await postgres[Symbol.asyncDispose]();
    },
    checks: [
      ['config test', () => configTest(account)],
      ['config test with a wrong token', () => configTestOfWrongToken(account)],
      ['select --list --all', () => selectList(account)],
      ['invoke tap-kommo:about', () => about(account)],
      ['run into jsonl, duckdb and postgres', () => runAll()],
      [
        'run again after edits',
        async () => {
          workGoesOn(account);
          return runAll();
        },
      ],
      ['state get', () => stateGet(account)],
      ['run --full-refresh', () => runAll('--full-refresh')],
      ['run with a deselected stream and column', () => runSelected(account)],
      ['el --select', () => extractSelected(account)],
      [
        'run with deletions, and the SQL that applies them',
        async () => {
          const place = join(stored('duckdb'), 'warehouse.duckdb');
          const warehouses: Warehouse[] = [
            { client: 'target-duckdb', dialect: 'duckdb', place, schema: 'kommo' },
            { client: 'target-duckdb', dialect: 'bigquery', place, schema: 'kommo' },
            { client: 'target-postgres', dialect: 'postgres', place: postgres.url, schema: 'kommo' },
          ];
          return applyDeletions(account, warehouses);
        },
      ],
    ],
  };
}

/** Loads what was deleted and what came back into the two targets, and applies the SQL of the page each time. */
async function applyDeletions(account: OpenAccount, warehouses: readonly Warehouse[]): Promise<string> {
  const merge = peopleDelete(account);
  const load = async () => {
    for (const client of ['target-duckdb', 'target-postgres'])
      await mustMeltano(account, ['run', 'tap-kommo', client], {
        TAP_KOMMO__SELECT: JSON.stringify(['*.*', ...withoutRest.map((stream) => `!${stream}.*`)]),
      });
    let alive = '';
    for (const warehouse of warehouses) alive = await checkDeletions(account, warehouse, merge);
    return alive;
  };
  const alive = await load();
  peopleRestore(account);
  await load();
  return `${alive}; the same in ${warehouses.map(({ dialect }) => dialect).join(', ')}`;
}

async function configTest(account: OpenAccount): Promise<string> {
  expect(/is valid/.test(await mustMeltano(account, ['config', 'test', 'tap-kommo'])), 'not called valid');
  return 'configuration is valid';
}

async function configTestOfWrongToken(account: OpenAccount): Promise<string> {
  const wrong = { TAP_KOMMO_API_KEY: 'a-wrong-token' };
  const { code, stdout, stderr } = await meltano(account, ['config', 'test', 'tap-kommo'], wrong);
  const said = stdout + stderr;
  expect(code !== 0 && /refused the token/.test(said), `does not say what is wrong: ${said}`);
  expect(!said.includes('a-wrong-token'), 'shows the token');
  return 'shows what to do about the token';
}

async function selectList(account: OpenAccount): Promise<string> {
  const shown = await mustMeltano(account, ['select', 'tap-kommo', '--list', '--all']);
  for (const line of ['automatic.*leads\\.id', 'automatic.*leads\\.updated_at', 'selected.*leads\\.price']) {
    expect(new RegExp(line).test(shown), `does not show ${line}`);
  }
  return 'keys and cursors automatic, the others selected';
}

async function about(account: OpenAccount): Promise<string> {
  const { code, stdout } = await meltano(account, ['invoke', 'tap-kommo:about']);
  expect(code === 0 && JSON.parse(stdout).name === 'tap-kommo', 'no JSON');
  return 'JSON in the shape of singer-sdk';
}

async function stateGet(account: OpenAccount): Promise<string> {
  const id = 'dev:tap-kommo-to-target-duckdb';
  const { stdout } = await meltano(account, ['state', 'get', id]);
  const { bookmarks } = JSON.parse(stdout).singer_state;
  const missing = streams.filter(({ name }) => !(name in bookmarks)).map(({ name }) => name);
  expect(
    missing.every((name) => withoutRest.includes(name)),
    `has no bookmark of ${missing}`,
  );
  expect(bookmarks.leads.finished === 1, `holds ${stdout}`);
  return 'a bookmark of each stream';
}

/** Rules as `meltano select` keeps them, in the environment so that they hold for one run. */
async function runSelected(account: OpenAccount): Promise<string> {
  rmSync(stored('jsonl'), { recursive: true });
  mkdirSync(stored('jsonl'));
  const rules = { TAP_KOMMO__SELECT: '["*.*","!leads.price","!events.*"]' };
  await mustMeltano(account, ['run', '--full-refresh', 'tap-kommo', 'target-jsonl'], rules);
  const expected = await expectedRows(account);
  expected.set('events', new Map());
  for (const row of expected.get('leads')!.values()) delete row.price;
  const store = { kind: 'jsonl', place: stored('jsonl'), keeping: keepings.asIs, upserts: true };
  const rows = await compare('target-jsonl', store, expected);
  const [lead] = readFileSync(await firstFile('leads'), 'utf8').split('\n', 1);
  expect(!('price' in JSON.parse(lead!)), 'the column is there all the same');
  return `${rows} rows, without events and without leads.price`;
}

async function firstFile(stream: string): Promise<string> {
  const found = await must(['bash', '-c', `ls ${stored('jsonl')}/${stream}-*.jsonl`]);
  return found.split('\n', 1)[0]!;
}

async function extractSelected(account: OpenAccount): Promise<string> {
  rmSync(stored('jsonl'), { recursive: true });
  mkdirSync(stored('jsonl'));
  const flags = ['--select', 'users.*', '--state-id', 'only-users'];
  await mustMeltano(account, ['el', 'tap-kommo', 'target-jsonl', ...flags]);
  const all = await expectedRows(account);
  const expected: Rows = new Map(
    [...all].map(([stream, rows]) => [stream, stream === 'users' ? rows : new Map()]),
  );
  const store = { kind: 'jsonl', place: stored('jsonl'), keeping: keepings.asIs, upserts: true };
  return `${await compare('target-jsonl', store, expected)} rows of users alone`;
}
