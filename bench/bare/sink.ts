/** Puts the rows of one SQLite file's leads into a new file by the sink of `sync`, a checkpoint every 1,000. */

import { systemClock } from '../../src/clock.ts';
import { openSqliteSink } from '../../src/sink/sqlite/sink.ts';
import type { ColumnValue } from '../../src/stream/record.ts';
import type { StreamState } from '../../src/sync/state.ts';
import { leads } from '../../streams/sales/leads.ts';
import { rowsOf } from './rows.ts';

const [source, target] = process.argv.slice(2);
const names = Object.keys(leads.schema.properties);
const records = rowsOf(source!, names).map((row) => ({
  data: Object.fromEntries(names.map((name, at) => [name, row[at] as ColumnValue])),
  changes: undefined,
}));
const sink = openSqliteSink({
  path: target!,
  account: { id: 1, name: 'bench' },
  streams: [{ stream: leads, mode: 'incremental' }],
  clock: systemClock,
  log: () => {},
});
const state: StreamState = {
  version: 1,
  mode: 'incremental',
  finished: 0,
  through: 1,
  from: 0,
  known: '',
  newestFirst: 0,
  until: 1,
  done: '',
  rows: -1,
  requests: -1,
};

const stream = leads.name;
const begun = performance.now();
for (let at = 0; at < records.length; at += 250) {
  await sink.emit({ type: 'records', stream, records: records.slice(at, at + 250), readAt: 0 });
  if (at % 1_000 === 750) await sink.emit({ type: 'checkpoint', stream, state });
}
await sink.emit({ type: 'checkpoint', stream, state });
const seconds = (performance.now() - begun) / 1000;
sink.close();
process.stdout.write(JSON.stringify({ records: records.length, seconds }));
