import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { Translator } from '../../../src/dialect/airbyte/translator.ts';
import { ConfigError, NotAvailableError, TransientError } from '../../../src/errors.ts';
import { silentLog } from '../../../src/log.ts';
import { createRedactor } from '../../../src/redact.ts';
import { LineWriter } from '../../../src/sink/lines.ts';
import type { PlannedStream, SyncEvent } from '../../../src/sync/event.ts';
import type { StreamState } from '../../../src/sync/state.ts';
import { streams } from '../../../streams/index.ts';
import { errorsIn, type Message, ofType, readMessages, statusesIn } from './messages.ts';

const now = 1_763_600_000_000;
const clock = { now: () => now, sleep: async () => {} };
const state: StreamState = {
  version: 1,
  mode: 'incremental',
  finished: 0,
  through: 5,
  from: 0,
  known: '',
  newestFirst: 0,
  until: 9,
  done: '',
  rows: -1,
  requests: -1,
};
const plan: PlannedStream[] = streams.map((stream) => ({
  stream,
  mode: 'full_refresh',
  columns: Object.keys(stream.schema.properties),
  state: undefined,
  required: true,
}));

const records = (stream: string, ...ids: number[]): SyncEvent => ({
  type: 'records',
  stream,
  records: ids.map((id) => ({ data: { id }, changes: undefined })),
  readAt: now,
});
const started = (stream: string): SyncEvent => ({ type: 'started', stream });
const checkpoint = (stream: string): SyncEvent => ({ type: 'checkpoint', stream, state });
const finished = (stream: string, error?: unknown): SyncEvent => ({
  type: 'finished',
  stream,
  records: 0,
  requests: 1,
  ...(error !== undefined && { error }),
});

async function translate(
  events: SyncEvent[],
  conclude: (translator: Translator) => Promise<void> = async () => {},
  planned = plan,
): Promise<Message[]> {
  let text = '';
  const target = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  const translator = new Translator(new LineWriter(target, createRedactor()), clock, silentLog, planned);
  for (const event of events) await translator.emit(event);
  await conclude(translator);
  return readMessages(text);
}

const brief = (message: Message): string => {
  const { trace, record, state } = message;
  if (record) return `${record.stream} ${record.data.id}`;
  if (state) return `${state.stream.stream_descriptor.name} STATE ${state.sourceStats.recordCount}`;
  if (trace.error) return `${trace.error.stream_descriptor?.name ?? 'ALL'} ${trace.error.failure_type}`;
  return `${trace.stream_status.stream_descriptor.name} ${trace.stream_status.status}`;
};

test('a stream tells its statuses, its records, and states that count them', async () => {
  const messages = await translate([
    started('leads'),
    records('leads', 1, 2),
    checkpoint('leads'),
    records('leads'),
    records('leads', 3),
    checkpoint('leads'),
    finished('leads'),
  ]);
  expect(messages.map(brief)).toEqual([
    'leads STARTED',
    'leads RUNNING',
    'leads 1',
    'leads 2',
    'leads STATE 2',
    'leads 3',
    'leads STATE 1',
    'leads COMPLETE',
  ]);
  expect(ofType(messages, 'STATE')[0].stream.stream_state).toEqual(state);
});

test('streams that interleave are counted apart', async () => {
  const messages = await translate([
    started('leads'),
    started('users'),
    records('leads', 1),
    records('users', 7, 8),
    checkpoint('leads'),
    checkpoint('users'),
    finished('users'),
    finished('leads'),
  ]);
  expect(messages.filter(({ type }) => type === 'STATE').map(brief)).toEqual([
    'leads STATE 1',
    'users STATE 2',
  ]);
});

test('a stream without records and without a checkpoint still has a state, the one it came with if any', async () => {
  const [, bare] = await translate([started('users'), finished('users')]);
  expect(bare.state.stream.stream_state).toEqual({ __ab_no_cursor_state_message: true });
  const planned = plan.map((entry) => (entry.stream.name === 'leads' ? { ...entry, state } : entry));
  const [, kept] = await translate([started('leads'), finished('leads')], undefined, planned);
  expect(kept.state.stream.stream_state).toEqual(state);
});

test('a failed stream is incomplete and tells why, without a state of its own making', async () => {
  const error = new TransientError('Kommo did not answer.', { detail: '502 after 5 tries' });
  const messages = await translate(
    [started('leads'), started('users'), finished('leads', error), finished('users')],
    (translator) => translator.conclude(new Map(), new Map([['leads', error]])),
  );
  expect(messages.map(brief)).toEqual([
    'leads STARTED',
    'users STARTED',
    'leads INCOMPLETE',
    'leads transient_error',
    'users STATE 0',
    'users COMPLETE',
    'ALL transient_error',
  ]);
  expect(errorsIn(messages)[0]).toEqual({
    message: 'Kommo did not answer.',
    internal_message: '502 after 5 tries',
    failure_type: 'transient_error',
    stream_descriptor: { name: 'leads' },
  });
  expect(errorsIn(messages)[1].message).toContain('leads');
});

test('streams that were never started come last, so that they do not outrank an outage', async () => {
  const error = new TransientError('Kommo did not answer.');
  const missing = new ConfigError('There is no stream nowhere.');
  const messages = await translate([started('leads'), finished('leads', error)], (translator) =>
    translator.conclude(new Map([['nowhere', missing]]), new Map([['leads', error]])),
  );
  expect(errorsIn(messages).map((failure) => failure.failure_type)).toEqual([
    'transient_error',
    'config_error',
    'transient_error',
  ]);
  expect(statusesIn(messages)).toEqual(['leads STARTED', 'leads INCOMPLETE', 'nowhere INCOMPLETE']);
});

test('what the user has to fix is told last, so that it does not outrank an outage either', async () => {
  const denied = new ConfigError('The token may not read users.');
  const error = new TransientError('Kommo did not answer.');
  const failed = new Map<string, Error>([
    ['users', denied],
    ['leads', error],
  ]);
  const messages = await translate(
    [started('users'), started('leads'), finished('users', denied), finished('leads', error)],
    (translator) => translator.conclude(new Map(), failed),
  );
  expect(messages.map(brief)).toEqual([
    'users STARTED',
    'leads STARTED',
    'users INCOMPLETE',
    'leads INCOMPLETE',
    'leads transient_error',
    'users config_error',
    'ALL transient_error',
  ]);
});

test('a stream that was given up before it was started is incomplete too', async () => {
  const messages = await translate([finished('leads', new TransientError('Stopped.'))]);
  expect(messages.map(brief)).toEqual(['leads INCOMPLETE', 'leads transient_error']);
});

test('a run without failures concludes without a word', async () => {
  const messages = await translate([], (translator) => translator.conclude(new Map(), new Map()));
  expect(messages).toEqual([]);
});

test('an unforeseen error is told in general, with the particulars for the operator', async () => {
  const [, , trace] = await translate([started('leads'), finished('leads', new RangeError('index 9'))]);
  expect(trace.trace.error).toMatchObject({ failure_type: 'system_error', internal_message: 'index 9' });
  expect(trace.trace.error.message).not.toContain('index 9');
  expect(trace.trace.error.stack_trace).toContain('RangeError');
});

test('waiting is told of the streams that are being read', async () => {
  const messages = await translate([
    started('leads'),
    started('users'),
    finished('users'),
    { type: 'waiting', streams: ['leads', 'users', 'tasks'], until: now + 60_000 },
  ]);
  expect(statusesIn(messages).slice(-2)).toEqual(['users COMPLETE', 'leads RUNNING']);
  expect(messages.at(-1).trace.stream_status.reasons).toEqual([
    { type: 'RATE_LIMITED', rate_limited: { quota_reset: now + 60_000 } },
  ]);
});

test('a value that was given up is reported with its record', async () => {
  const messages = await translate([
    started('leads'),
    {
      type: 'records',
      stream: 'leads',
      records: [{ data: { id: 1, price: null }, changes: [{ field: 'price', change: 'NULLED' }] }],
      readAt: now,
    },
  ]);
  expect(ofType(messages, 'RECORD')).toEqual([
    {
      stream: 'leads',
      data: { id: 1, price: null },
      emitted_at: now,
      meta: { changes: [{ field: 'price', change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' }] },
    },
  ]);
});

test('a record that is too long for a line loses its longest values and says so', async () => {
  const data = { id: 1, name: 'n'.repeat(12_000_000), tags: '"'.repeat(6_000_000), score: 5 };
  const messages = await translate([
    started('leads'),
    { type: 'records', stream: 'leads', records: [{ data, changes: undefined }], readAt: now },
  ]);
  const [record] = ofType(messages, 'RECORD');
  expect(record.data).toEqual({ ...data, name: null });
  expect(record.meta.changes).toEqual([
    { field: 'name', change: 'NULLED', reason: 'SOURCE_RECORD_SIZE_LIMITATION' },
  ]);
});

test('any text survives the way into a line and out of it', async () => {
  const text = 'Ольга "x" \\ \u2028\n\t\u0000 👍 ✓';
  const messages = await translate([
    started('leads'),
    {
      type: 'records',
      stream: 'leads',
      records: [{ data: { id: 1, name: text }, changes: undefined }],
      readAt: now,
    },
  ]);
  expect(ofType(messages, 'RECORD')[0].data.name).toBe(text);
});

test('what is not available has no STATE, is not COMPLETE, and is no failure', async () => {
  const unavailable: SyncEvent = {
    ...finished('users'),
    type: 'finished',
    unavailable: new NotAvailableError('not in the plan', 402, 'a larger plan'),
  } as SyncEvent;
  const messages = await translate([started('users'), unavailable, started('leads'), finished('leads')]);
  expect(messages.map(brief)).toEqual([
    'users STARTED',
    'users INCOMPLETE',
    'leads STARTED',
    'leads STATE 0',
    'leads COMPLETE',
  ]);
});
