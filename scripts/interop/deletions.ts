import { join } from 'node:path';
import type { OpenAccount } from './account.ts';
import { type Client, programOf } from './environments.ts';
import { expect, must, root } from './programs.ts';

/** Tables, and the lists of the account that their rows come from. */
const tables = {
  leads: ['leads'],
  contacts: ['contacts'],
  companies: ['companies'],
  tasks: ['tasks'],
  notes: ['leads_notes', 'contacts_notes', 'companies_notes', 'customers_notes'],
};

/** Where a client has loaded the tables. */
export interface Warehouse {
  /** Whose Python reads it. */
  client: Client;
  dialect: 'duckdb' | 'postgres' | 'bigquery';
  place: string;
  schema: string;
}

/** Ids of two contacts that were made one. */
export interface Merge {
  winner: number;
  loser: number;
}

/** Deletes, restores and merges, as people do between two runs; what comes back keeps its time of change. */
export function peopleDelete({ simulator }: OpenAccount): Merge {
  const { account, readings } = simulator;
  const pass = () => {
    readings.clockSkew += 10;
  };
  account.recordEvents = true;
  readings.restoresTouch = false;
  const [gone, back, early] = account.sample('leads', 3);
  for (const id of [gone!, back!, early!]) account.remove('leads', id);
  for (const list of ['companies', 'tasks']) account.remove(list, account.sample(list, 1)[0]!);
  const [winner, loser] = account.sample('contacts', 2);
  account.merge('contacts', winner!, loser!);
  const inBoth = account.ids('leads_notes').filter((id) => account.has('contacts_notes', id));
  account.remove('leads_notes', inBoth[0]!);
  account.remove('leads_notes', inBoth[1]!);
  account.remove('contacts_notes', inBoth[1]!);
  // Within the second of its deletion.
  account.restore('leads', early!);
  pass();
  account.restore('leads', back!);
  pass();
  return { winner: Number(winner), loser: Number(loser) };
}

/** Takes out of the bin what is there. */
export function peopleRestore({ simulator }: OpenAccount): void {
  const { account, readings } = simulator;
  for (const { id } of [...account.binned('leads')]) account.restore('leads', id);
  readings.clockSkew += 10;
}

/** Applies the SQL of docs/deletions.md: what it shows has to be what is alive in the account. */
export async function checkDeletions(
  { simulator }: OpenAccount,
  { client, dialect, place, schema }: Warehouse,
  { winner, loser }: Merge,
): Promise<string> {
  const page = join(root, 'docs', 'deletions.md');
  const command = [programOf(client, 'python'), join(root, 'interop', 'deletions.py')];
  const found = JSON.parse(await must([...command, dialect, place, schema, page]));
  const { account } = simulator;
  const shown: string[] = [];
  for (const [table, lists] of Object.entries(tables)) {
    const alive = lists.flatMap((list) =>
      account.ids(list).map((id) => (lists.length === 1 ? `${id}` : `${list.split('_')[0]},${id}`)),
    );
    const rows: unknown[] = found.alive[table];
    expect(
      rows.map(String).sort().join(' ') === alive.sort().join(' '),
      `${table}: ${rows.length} rows are shown, ${alive.length} are alive`,
    );
    shown.push(`${rows.length} of ${found.held[table]} ${table}`);
  }
  // The log tells of others, from before.
  const isShown = found.merged.some(
    ([id, into]: unknown[]) => Number(id) === loser && Number(into) === winner,
  );
  expect(isShown, `that contact ${loser} went into ${winner} is not shown`);
  return `alive as in the account: ${shown.join(', ')}`;
}
