import SQLite from 'better-sqlite3';
import { columnsOf } from '../../src/sink/sqlite/table.ts';
import { leads } from '../../streams/sales/leads.ts';

/** An empty file with a table like the one that `sync` makes for leads, and what upserts rows of it in one transaction. */
export function prepareUpserts(path: string) {
  const columns = columnsOf(leads);
  const names = [...columns.keys()];
  const file = new SQLite(path);
  // The settings of `sync`: they make these upserts faster too.
  file.pragma('journal_mode = WAL');
  file.pragma('wal_autocheckpoint = 16000');
  const definitions = names.map(
    (name) => `${name} ${columns.get(name)}${name === 'id' ? ' PRIMARY KEY' : ''}`,
  );
  file.exec(`CREATE TABLE leads (${definitions.join(', ')})`);
  const statement = file.prepare(
    `INSERT INTO leads (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) ` +
      `ON CONFLICT (id) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`,
  );
  const upsert = file.transaction((rows: readonly unknown[][]) => {
    for (const row of rows) statement.run(row);
  });
  return { names, upsert, close: () => void file.close() };
}
