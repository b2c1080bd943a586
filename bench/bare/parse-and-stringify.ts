/** Decodes pages, one a line of the file, parses them, and stringifies their records one by one. Nothing else. */
import { readFileSync } from 'node:fs';
import { fastest } from '../fastest.ts';

const file = readFileSync(process.argv[2]!);
const pages: Buffer[] = [];
for (let start = 0; start < file.length; ) {
  const end = file.indexOf('\n', start);
  pages.push(file.subarray(start, end < 0 ? file.length : end));
  start = end < 0 ? file.length : end + 1;
}
const rounds = 3;
const times: number[] = [];
let records = 0;
let length = 0;
for (let round = 0; round < rounds; round++) {
  records = 0;
  const begun = performance.now();
  for (const page of pages) {
    for (const record of JSON.parse(page.toString('utf8'))._embedded.leads) {
      length += JSON.stringify(record).length;
      records += 1;
    }
  }
  times.push((performance.now() - begun) / 1000);
}
const seconds = fastest(times);
process.stdout.write(JSON.stringify({ records, seconds, length }));
