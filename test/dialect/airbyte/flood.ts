/** A run of many records, as a process of its own: prints them as Airbyte messages, then its peak memory. */
import { Translator } from '../../../src/dialect/airbyte/translator.ts';
import { silentLog } from '../../../src/log.ts';
import { createRedactor } from '../../../src/redact.ts';
import { LineWriter } from '../../../src/sink/lines.ts';

const records = Number(process.argv[2]);
const pageSize = 250;
const clock = { now: () => Date.now(), sleep: async () => {} };
const lines = new LineWriter(process.stdout, createRedactor());
const translator = new Translator(lines, clock, silentLog, []);
const filler = 'x'.repeat(450);

const begun = performance.now();
await translator.emit({ type: 'started', stream: 'leads' });
for (let id = 0; id < records; id += pageSize) {
  const page = Array.from({ length: pageSize }, (_, index) => ({
    data: { id: id + index, name: filler, price: null, updated_at: 1_700_000_000 },
    changes: undefined,
  }));
  await translator.emit({ type: 'records', stream: 'leads', records: page, readAt: clock.now() });
}
await translator.emit({ type: 'finished', stream: 'leads', records, requests: 0 });
const report = { peak: process.resourceUsage().maxRSS, milliseconds: performance.now() - begun };
process.stderr.write(JSON.stringify(report));
