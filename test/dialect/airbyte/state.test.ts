import { expect, test } from 'vitest';
import { readStateFile, readStreamState } from '../../../src/dialect/airbyte/state.ts';
import { ConfigError } from '../../../src/errors.ts';
import { isValid } from './messages.ts';

const blob = {
  ...{ version: 1, mode: 'incremental', finished: 1, from: 0, through: 5, until: 5 },
  ...{ done: '', known: '', newestFirst: 0, rows: -1, requests: -1 },
};
const stream = { stream_descriptor: { name: 'leads' }, stream_state: blob };
/** As PyAirbyte feeds it back (airbyte.md §2.3). */
const withNulls = {
  type: 'STREAM',
  stream: { stream_descriptor: { name: 'leads', namespace: null }, stream_state: blob },
  global_: null,
  data: null,
  sourceStats: { recordCount: 0, rejectedRecordCount: null },
  destinationStats: null,
};

test.each([
  ['a list of stream states', [{ type: 'STREAM', stream }]],
  ['a list with null fields', [withNulls]],
  ['a list of whole messages', [{ type: 'STATE', state: { type: 'STREAM', stream } }]],
  ['a global state', [{ type: 'GLOBAL', global: { shared_state: null, stream_states: [stream] } }]],
  ['a global state as PyAirbyte names it', [{ type: 'GLOBAL', global_: { stream_states: [stream] } }]],
  ['a single state', { type: 'STREAM', stream }],
  ['a single message', { type: 'STATE', state: { type: 'STREAM', stream } }],
  ['the oldest form', { leads: blob }],
  ['the oldest form in a message', { type: 'LEGACY', data: { leads: blob } }],
])('%s', (_, file) => {
  expect(readStateFile(file)).toEqual(new Map([['leads', blob]]));
});

test.each([
  ['no file or an empty one', undefined],
  ['null', null],
  ['an empty list', []],
  ['an empty object', {}],
])('%s holds no state', (_, file) => {
  expect(readStateFile(file)).toEqual(new Map());
});

test.each([
  ['a number', 5],
  ['a text', 'leads'],
  ['a list of numbers', [5]],
  ['a stream without a descriptor', [{ type: 'STREAM', stream: { stream_state: blob } }]],
  ['a stream without a name', [{ type: 'STREAM', stream: { stream_descriptor: {}, stream_state: blob } }]],
  ['a global state without streams', { type: 'GLOBAL', global: {} }],
])('%s is refused', (_, file) => {
  expect(() => readStateFile(file)).toThrow(ConfigError);
});

test('the shapes above are those of the protocol', () => {
  expect(isValid('StateFile', [{ type: 'STREAM', stream }])).toBe(true);
});

test('a state that was understood is taken as it is', () => {
  const warnings: string[] = [];
  expect(readStreamState('leads', blob, (warning) => warnings.push(warning))).toEqual(blob);
  expect(warnings).toEqual([]);
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['an empty object', {}],
  ['a marker for no cursor', { __ab_no_cursor_state_message: true }],
  ['a marker for a finished refresh', { __ab_full_refresh_sync_complete: true }],
])('%s starts over without a word', (_, value) => {
  const warnings: string[] = [];
  expect(readStreamState('leads', value, (warning) => warnings.push(warning))).toBeUndefined();
  expect(warnings).toEqual([]);
});

test.each([
  ['a foreign state', { updated_at: '2026-01-01' }],
  ['a text', 'yesterday'],
  ['a list', [1, 2]],
  ['a version that is no number', { ...blob, version: 'x' }],
  ['a missing field', { ...blob, through: undefined }],
])('%s starts over with a warning', (_, value) => {
  const warnings: string[] = [];
  expect(readStreamState('leads', value, (warning) => warnings.push(warning))).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining('leads')]);
});

test('a state of a newer version is an error, not a reason to start over', () => {
  expect(() => readStreamState('leads', { version: 2, through: 'elsewhere' }, () => {})).toThrow(ConfigError);
});
