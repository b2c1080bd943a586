/** The connector acceptance tests' TestBasicRead and TestFullRefresh (airbyte.md §4.1). */
import { Ajv, type ValidateFunction } from 'ajv';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { streams as declared } from '../../../streams/index.ts';
import { type runHere, runIn, skippingClock } from '../../cli/in-process.ts';
import { runProgram, writeFiles } from '../../cli/program.ts';
import { errorsIn, type Message, ofType, readMessages, statusesIn } from '../../dialect/airbyte/messages.ts';
import { configure, type Outcome, recordsOf, runVerb, settingsFor, statesOf } from './source.ts';

let simulator: Simulator;
let catalog: Message;
let first: Outcome;

const clock = skippingClock();
const read = (configured: unknown, run: typeof runHere = runIn(clock)) =>
  runVerb('read', { 'config.json': settingsFor(simulator), 'catalog.json': configured }, run);

beforeAll(async () => {
  simulator = await startSimulator({ leads: 150, requestsPerSecond: null, clock });
  // The log is the only place that tells what is gone.
  for (const id of simulator.account.sample('leads', 5)) simulator.account.remove('leads', id);
  // A second that is not over yet is the next read's.
  simulator.readings.clockSkew += 5;
  [catalog] = ofType((await runVerb('discover')).messages, 'CATALOG');
  first = await read(configure(catalog, 'full_refresh'), runProgram);
});
afterEach(() => simulator.faults.clear());
afterAll(() => simulator.close());

test('the read is complete and says so', () => {
  expect(first.code).toBe(0);
  expect(errorsIn(first.messages)).toEqual([]);
  const types = new Set(first.messages.map(({ type }) => type));
  expect([...types].sort()).toEqual(['LOG', 'RECORD', 'STATE', 'TRACE']);
});

describe.each(declared)('$name', ({ name, key, cursor }) => {
  const records = () => recordsOf(first.messages, name);

  test('every record of the account is there, in its version', () => {
    const keyOf = (data: Message) => key.map((column) => data[column]).join('/');
    const found = new Map(records().map(({ data }) => [keyOf(data), cursor && data[cursor]]));
    const truth = [...simulator.account.truth(name)];
    expect(truth.length).toBeGreaterThan(0);
    expect([...found.keys()].sort()).toEqual(truth.map(({ id }) => `${id}`).sort());
    if (cursor === undefined) return;
    expect([...found].sort()).toEqual(truth.map(({ id, updated_at }) => [`${id}`, updated_at]).sort());
  });

  test('every record fits the schema, without columns that it does not know', () => {
    const { json_schema: schema } = catalog.streams.find((stream: Message) => stream.name === name);
    const validate: ValidateFunction = new Ajv({ strict: false }).compile({
      ...schema,
      additionalProperties: false,
      required: Object.keys(schema.properties),
    });
    const wrong = records().filter(({ data }) => !validate(data));
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  test('no key is null, and columns are not all null', () => {
    for (const { data } of records()) for (const column of key) expect(data[column]).not.toBeNull();
    const { properties } = catalog.streams.find((stream: Message) => stream.name === name).json_schema;
    const filled = Object.keys(properties).filter((column) =>
      records().some(({ data }) => data[column] !== null),
    );
    expect(filled.length).toBeGreaterThan(Object.keys(properties).length / 2);
  });

  test('statuses come in order, and COMPLETE after the last state', () => {
    expect(statusesIn(first.messages).filter((status) => status.startsWith(`${name} `))).toEqual([
      `${name} STARTED`,
      `${name} RUNNING`,
      `${name} COMPLETE`,
    ]);
    const lastOf = (has: (message: Message) => unknown) => first.messages.findLastIndex(has);
    const complete = lastOf(
      ({ trace }) =>
        trace?.stream_status?.status === 'COMPLETE' && trace.stream_status.stream_descriptor.name === name,
    );
    const lastState = lastOf(({ state }) => state?.stream.stream_descriptor.name === name);
    const lastRecord = lastOf(({ record }) => record?.stream === name);
    expect(lastState).toBeGreaterThan(lastRecord);
    expect(complete).toBeGreaterThan(lastState);
  });

  test('states count every record once', () => {
    const counts = statesOf(first.messages, name).map((state) => state.sourceStats.recordCount);
    expect(counts.length).toBeGreaterThan(0);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(records().length);
  });
});

test('two reads give the same records, stamped later', async () => {
  const second = await read(configure(catalog, 'full_refresh'));
  for (const { name } of declared) {
    const text = ({ messages }: Outcome) =>
      recordsOf(messages, name)
        .map(({ data }) => JSON.stringify(data))
        .sort();
    expect(text(second)).toEqual(text(first));
  }
  const stamps = ({ messages }: Outcome) => ofType(messages, 'RECORD').map((record) => record.emitted_at);
  expect(Math.min(...stamps(second))).toBeGreaterThanOrEqual(Math.max(...stamps(first)));
});

test('only the selected streams and columns are read; key and cursor stay', async () => {
  const configured = configure(catalog, 'full_refresh', ['leads']);
  configured.streams[0].stream.json_schema = { type: 'object', properties: { name: { type: 'string' } } };
  const { code, messages } = await read(configured);
  expect(code).toBe(0);
  const records = ofType(messages, 'RECORD');
  expect(new Set(records.map((record) => record.stream))).toEqual(new Set(['leads']));
  const columns = new Set(records.map((record) => Object.keys(record.data).join()));
  expect([...columns]).toEqual(['id,name,updated_at']);
});

test('all streams may be asked for incrementally, as PyAirbyte does', async () => {
  const { code, messages } = await read(configure(catalog, 'incremental'));
  expect(code).toBe(0);
  for (const { name } of declared)
    expect(statusesIn(messages)).toEqual(expect.arrayContaining([`${name} COMPLETE`]));
});

test('a stream that does not exist fails alone, at the end', async () => {
  const configured = configure(catalog, 'full_refresh', ['users']);
  const missing = '__AIRBYTE__stream_that_does_not_exist';
  configured.streams.unshift({
    stream: { name: missing, json_schema: { type: 'object', properties: {} }, supported_sync_modes: [] },
    sync_mode: 'INVALID',
    destination_sync_mode: 'INVALID',
  });
  const { code, messages } = await read(configured);
  expect(code).toBe(1);
  expect(recordsOf(messages, 'users')).toHaveLength([...simulator.account.truth('users')].length);
  expect(statusesIn(messages).slice(-2)).toEqual(['users COMPLETE', `${missing} INCOMPLETE`]);
  expect(errorsIn(messages)[0]).toMatchObject({
    failure_type: 'config_error',
    stream_descriptor: { name: missing },
  });
});

test('a stream that may not be read fails alone', async () => {
  simulator.faults.addNamed('forbidden', { list: 'users' });
  const { code, messages } = await read(configure(catalog, 'full_refresh', ['users', 'pipelines', 'leads']));
  expect(code).toBe(1);
  expect(statusesIn(messages)).toEqual(
    expect.arrayContaining(['users INCOMPLETE', 'pipelines COMPLETE', 'leads COMPLETE']),
  );
  const [error, summary] = errorsIn(messages);
  expect(error).toMatchObject({ failure_type: 'config_error', stream_descriptor: { name: 'users' } });
  expect(summary.message).toMatch(/users/);
});

test('a config that check refuses is refused by read too', async () => {
  const { code, messages } = await runVerb('read', {
    'config.json': settingsFor(simulator, {
      credentials: { auth_type: 'long_lived_token', access_token: 'wrong-token' },
    }),
    'catalog.json': configure(catalog, 'full_refresh'),
  });
  expect(code).toBe(1);
  expect(ofType(messages, 'RECORD')).toEqual([]);
  expect(errorsIn(messages)[0].failure_type).toBe('config_error');
});

test('values that Kommo sends in another type are null, and their records say so', async () => {
  simulator.faults.add({
    list: 'leads',
    fault: { kind: 'records', change: (record) => ({ ...record, price: { amount: 5 } }) },
  });
  const { code, messages } = await read(configure(catalog, 'full_refresh', ['leads']));
  expect(code).toBe(0);
  const [record] = ofType(messages, 'RECORD');
  expect(record.data.price).toBeNull();
  expect(record.meta.changes).toEqual([
    { field: 'price', change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' },
  ]);
});

test('without a catalog the named streams are shown, as many records as asked for', async () => {
  const { 'config.json': path } = writeFiles({ 'config.json': settingsFor(simulator) });
  const flags = ['--config', path, '--streams', 'users,leads', '--limit', '3'];
  const { code, stdout } = await runProgram('source-kommo', ['read', ...flags]);
  expect(code).toBe(0);
  const messages = readMessages(stdout);
  const count = (name: string) => recordsOf(messages, name).length;
  expect([count('leads'), count('users'), ofType(messages, 'RECORD').length]).toEqual([3, 3, 6]);
  // What was cut short must not be taken for a state to go on from.
  const blobs = ofType(messages, 'STATE').map((state) => state.stream.stream_state);
  expect(blobs).toEqual([{ __ab_no_cursor_state_message: true }, { __ab_no_cursor_state_message: true }]);
});
