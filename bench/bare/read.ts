/** Reads the pages of an account, parses them and writes their records to stdout, one a line. Nothing else. */
import { takePages } from './pages.ts';

const [url, token] = process.argv.slice(2);

await takePages(url!, token!, (page) => {
  let lines = '';
  for (const record of JSON.parse(page)._embedded.leads) lines += `${JSON.stringify(record)}\n`;
  return new Promise<void>((resolve) => process.stdout.write(lines, () => resolve()));
});
