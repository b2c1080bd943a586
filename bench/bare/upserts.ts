/** Upserts the rows of one SQLite file's leads into a new file, 1,000 to a transaction. Nothing else. */
import { rowsOf } from './rows.ts';
import { prepareUpserts } from './table.ts';

const [source, target] = process.argv.slice(2);
const { names, upsert, close } = prepareUpserts(target!);
const rows = rowsOf(source!, names);

const begun = performance.now();
for (let at = 0; at < rows.length; at += 1_000) upsert(rows.slice(at, at + 1_000));
const seconds = (performance.now() - begun) / 1000;
close();
process.stdout.write(JSON.stringify({ records: rows.length, seconds }));
