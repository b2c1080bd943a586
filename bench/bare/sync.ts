/** Reads the pages of an account, parses them and upserts their records into a new file. Nothing else. */

import { takePages } from './pages.ts';
import { prepareUpserts } from './table.ts';

const [url, token, path] = process.argv.slice(2);
const { names, upsert, close } = prepareUpserts(path!);

const plain = (value: unknown) => {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? null);
};

let rows: unknown[][] = [];
let records = 0;
await takePages(url!, token!, (page) => {
  for (const record of JSON.parse(page)._embedded.leads) {
    rows.push(names.map((name) => plain(record[name] ?? record._embedded[name])));
  }
  if (rows.length < 1_000) return;
  upsert(rows);
  records += rows.length;
  rows = [];
});
upsert(rows);
records += rows.length;
close();
process.stdout.write(JSON.stringify({ records }));
