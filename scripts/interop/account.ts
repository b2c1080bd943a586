import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { streams as catalogue } from '../../streams/index.ts';
import { must, tap, workshop } from './programs.ts';

export type Row = Record<string, unknown>;
/** Rows by stream and key. */
export type Rows = Map<string, Map<string, Row>>;

/** What is read where nothing is named, which is what clients are given. */
export const streams = catalogue.filter((stream) => stream.selectedByDefault);

/** Text, numbers and names that have broken targets (singer.md §4.2). */
const hostile: Row[] = [
  { name: 'Кириллица, emoji 👩‍👩‍👧 and \u202eשלום مرحبا' },
  { name: 'a lone surrogate: \ud800.' },
  { name: 'U+0000: \u0000.' },
  { name: 'U+2028: \u2028, U+0085: \u0085, a line\nbreak, "quotes", \\N and a tab\t.' },
  { name: 'x'.repeat(1024 * 1024) },
  { id: 3_000_000_000, name: 'an id above 2^31', price: 2 ** 40 },
  { name: '', closed_at: 0, closest_task_at: null },
  { name: 'no date', closed_at: '' },
  {
    name: 'two names alike',
    custom_fields_values: [
      { field_id: 1, field_name: 'Phone', values: [{ value: '1' }] },
      { field_id: 2, field_name: 'phone', values: [{ value: '2' }] },
    ],
  },
];

export interface OpenAccount extends AsyncDisposable {
  simulator: Simulator;
  settings: Record<string, string | number>;
  /** A file with the settings. */
  config: string;
  /** The leads that make trouble, by id, as they were entered. */
  troublesome: ReadonlyMap<string, Row>;
}

/** A simulated account in which the trouble is already waiting; `name` tells its files from those of others. */
export async function openAccount(name: string): Promise<OpenAccount> {
  const simulator = await startSimulator({ leads: 1000, requestsPerSecond: null });
  const troublesome = new Map(
    hostile.map((record) => [`${simulator.account.create('leads', record)}`, record]),
  );
  // What changed within the lookback before the end of a run is read once more by the next.
  pass(simulator, 3600);
  const settings = {
    subdomain: 'acme',
    api_key: simulator.token,
    api_url: simulator.url,
    requests_per_second: 1000,
    custom_field_columns: 'all',
  };
  const folder = join(workshop, 'configs');
  mkdirSync(folder, { recursive: true });
  const config = join(folder, `${name}.json`);
  writeFileSync(config, JSON.stringify(settings));
  return { simulator, settings, config, troublesome, [Symbol.asyncDispose]: () => simulator.close() };
}

/** Changes some records and adds some, as people do between two runs. */
export function workGoesOn({ simulator }: OpenAccount): void {
  const { account } = simulator;
  for (const stream of ['leads', 'contacts', 'companies', 'tasks']) {
    for (const id of account.sample(stream, 3)) account.edit(stream, id);
  }
  account.create('leads', { name: 'новая сделка' });
  account.addEvent();
  pass(simulator, 10);
}

/** Lets seconds go by for the account: what was changed before is over then. */
function pass(simulator: Simulator, seconds: number): void {
  simulator.readings.clockSkew += seconds;
}

/** Empty where a stream has no key, and so one row. */
export function keyOf(name: string, row: Row): string {
  const { key } = catalogue.find((stream) => stream.name === name)!;
  return key.map((column) => row[column]).join('/');
}

/** What a target has to hold now: the records as the tap gives them, which are proven to be all in their newest version. */
export async function expectedRows({ simulator, config, troublesome }: OpenAccount): Promise<Rows> {
  const rows: Rows = new Map(streams.map(({ name }) => [name, new Map()]));
  for (const line of (await must([tap, '--config', config])).trimEnd().split('\n')) {
    const { type, stream, record } = JSON.parse(line);
    if (type === 'RECORD') rows.get(stream)!.set(keyOf(stream, record), record);
  }
  for (const [stream, records] of rows) {
    if (records.has('')) continue;
    const versions = [...records].map(([key, row]) => `${key} v${simulator.account.versionOf(stream, row)}`);
    const truth = [...simulator.account.truth(stream)].map(({ id, version }) => `${id} v${version}`);
    if (versions.sort().join() !== truth.sort().join())
      throw new Error(`the tap itself misses records of ${stream}`);
  }
  for (const [id, entered] of troublesome) {
    const row = rows.get('leads')!.get(id)!;
    for (const [column, value] of Object.entries(entered)) {
      if (row[column] !== delivered(column, value))
        throw new Error(`lead ${id}: ${column} is ${row[column]}`);
    }
  }
  return rows;
}

/** How the tap gives what was entered (docs/interop.md). */
function delivered(column: string, value: unknown): unknown {
  if (value === '' && column !== 'name') return null;
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\ufffd');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
