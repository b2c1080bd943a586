/**
 * Reads the leads of an account and keeps the bytes of every answer in memory, the pages also in a file, one a line.
 * Then reads them again from memory: all that `read` does with an answer once it is unpacked, into a stream that
 * leads nowhere.
 */
import { createWriteStream } from 'node:fs';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createClient } from '../../src/api/client.ts';
import { type Answer, createTransport, type Transport } from '../../src/api/transport.ts';
import { systemClock } from '../../src/clock.ts';
import { Translator } from '../../src/dialect/airbyte/translator.ts';
import { keepHeapSmall } from '../../src/heap.ts';
import { silentLog } from '../../src/log.ts';
import { createRedactor } from '../../src/redact.ts';
import { LineWriter } from '../../src/sink/lines.ts';
import type { SyncEvent } from '../../src/sync/event.ts';
import { run } from '../../src/sync/run.ts';
import { leads } from '../../streams/sales/leads.ts';
import { fastest } from '../fastest.ts';

const [url, token, path] = process.argv.slice(2);
const rounds = 3;

// Bytes lie outside of the heap: what is kept here costs the collector nothing, as in a read that keeps nothing.
const answers = new Map<string, Omit<Answer, 'body'> & { bytes: Buffer }>();
const sockets = createTransport();
const transport: Transport = {
  async send(request) {
    const kept = answers.get(request.url);
    if (kept !== undefined) return { ...kept, body: kept.bytes.toString('utf8') };
    const answer = await sockets.send(request);
    const { body, ...rest } = answer;
    answers.set(request.url, { ...rest, bytes: Buffer.from(body) });
    return answer;
  },
  async close() {},
};

keepHeapSmall();
const records = await read();
await sockets.close();
const kept = answers.size;
const file = createWriteStream(path!);
const pages = [...answers].filter(([url, { status }]) => url.includes('/leads?') && status === 200);
pages.forEach(([, { bytes }], index) => {
  if (index > 0) file.write('\n');
  file.write(bytes);
});
file.end();
await finished(file);

const times: number[] = [];
for (let round = 0; round < rounds; round++) {
  const begun = performance.now();
  await read();
  times.push((performance.now() - begun) / 1000);
}
if (answers.size > kept) throw new Error('a read from memory asked what the first one had not');
process.stdout.write(JSON.stringify({ records, seconds: fastest(times) }));

/** One read by one reader, whose requests are the same every time; says how many records came. */
async function read(): Promise<number> {
  const redactor = createRedactor();
  const client = createClient({
    config: {
      origin: url!,
      credentials: { type: 'long_lived_token', accessToken: token! },
      requestsPerSecond: 1_000_000,
    },
    version: 'bench',
    clock: systemClock,
    random: Math.random,
    log: silentLog,
    redactor,
    transport,
  });
  const columns = Object.keys(leads.schema.properties);
  const plan = [{ stream: leads, mode: 'full_refresh' as const, columns, state: undefined, required: true }];
  const nowhere = new Writable({ write: (_bytes, _encoding, taken) => taken() });
  const translator = new Translator(new LineWriter(nowhere, redactor), systemClock, silentLog, plan);
  let count = 0;
  const emit = async (event: SyncEvent) => {
    if (event.type === 'records') count += event.records.length;
    await translator.emit(event);
  };
  const failures = await run({
    client: { ...client, usefulConcurrency: () => 1 },
    plan,
    startDate: undefined,
    lookbackSeconds: 0,
    emit,
    clock: systemClock,
    log: silentLog,
    signal: new AbortController().signal,
  });
  if (failures.size > 0) throw [...failures.values()][0];
  return count;
}
