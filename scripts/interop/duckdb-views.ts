import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openAccount, workGoesOn } from './account.ts';
import { programOf } from './environments.ts';
import { must, root, source, workshop } from './programs.ts';

/** Every view of a file that `sync` has filled answers in DuckDB as it does in SQLite. */
export async function viewsInDuckdb(): Promise<string> {
  await using account = await openAccount('duckdb-views');
  const file = join(workshop, 'stored', 'duckdb-views', 'kommo.db');
  rmSync(dirname(file), { recursive: true, force: true });
  mkdirSync(dirname(file), { recursive: true });
  const sync = (...more: string[]) =>
    must([source, 'sync', '--config', account.config, '--to', file, '--streams', 'all', ...more]);
  await sync();
  const { account: kommo } = account.simulator;
  for (const stream of ['leads', 'users']) {
    for (const id of kommo.sample(stream, 2)) kommo.purge(stream, id);
  }
  workGoesOn(account);
  await sync('--full-refresh');
  const script = join(root, 'interop', 'views_in_duckdb.py');
  return (await must([programOf('duckdb', 'python'), script, file])).trimEnd();
}
