/** Upserts the rows of one SQLite file's leads into a new file. Nothing else: no views, no states, no comparison. */
import SQLite from 'better-sqlite3';

const [source, target] = process.argv.slice(2);
const rowsInTransaction = 1_000;

const from = new SQLite(source!, { readonly: true });
const rows = from.prepare('SELECT * FROM leads').raw().all() as unknown[][];
const names = from
  .prepare('SELECT * FROM leads LIMIT 0')
  .columns()
  .map(({ name }) => `"${name}"`);
const definition = from.prepare("SELECT sql FROM sqlite_schema WHERE name = 'leads'").pluck().get() as string;

const into = new SQLite(target!);
into.pragma('journal_mode = WAL');
into.exec(definition);
const assignments = names.map((name) => `${name} = excluded.${name}`).join(', ');
const upsert = into.prepare(
  `INSERT INTO leads (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) ON CONFLICT (id) DO UPDATE SET ${assignments}`,
);
const all = into.transaction((batch: unknown[][]) => {
  for (const row of batch) upsert.run(row);
});
const begun = performance.now();
for (let at = 0; at < rows.length; at += rowsInTransaction) all(rows.slice(at, at + rowsInTransaction));
const seconds = (performance.now() - begun) / 1000;
into.close();
process.stdout.write(JSON.stringify({ records: rows.length, seconds }));
