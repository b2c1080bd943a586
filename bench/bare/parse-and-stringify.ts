/** Parses pages, one a line of the file, and stringifies their records one by one. Nothing else. */
import { readFileSync } from 'node:fs';

const pages = readFileSync(process.argv[2]!)
  .toString('latin1')
  .split('\n')
  .map((page) => Buffer.from(page, 'latin1').toString('utf8'));
const rounds = 3;
const times: number[] = [];
let records = 0;
let length = 0;
for (let round = 0; round < rounds; round++) {
  records = 0;
  const begun = performance.now();
  for (const page of pages) {
    for (const record of JSON.parse(page)._embedded.leads) {
      length += JSON.stringify(record).length;
      records += 1;
    }
  }
  times.push((performance.now() - begun) / 1000);
}
const seconds = Math.min(...times);
process.stdout.write(JSON.stringify({ records, seconds, length }));
