/** The connector acceptance tests' TestDiscovery (airbyte.md §1.9, §4.1). */
import { Ajv } from 'ajv';
import { beforeAll, expect, test } from 'vitest';
import { runProgram } from '../../cli/program.ts';
import { type Message, ofType } from '../../dialect/airbyte/messages.ts';
import { type Outcome, runVerb } from './source.ts';

let outcome: Outcome;
let streams: Message[];

beforeAll(async () => {
  // Nobody listens there: discovery asks no account.
  const config = { api_url: 'http://127.0.0.1:1', subdomain: 'x', api_key: 'none' };
  outcome = await runVerb('discover', { 'config.json': config }, runProgram);
  streams = ofType(outcome.messages, 'CATALOG')[0].streams;
});

const names = (wrong: (stream: Message) => unknown) => streams.filter(wrong).map(({ name }) => name);
const columns = (stream: Message) => stream.json_schema.properties;
const typesOf = (column: Message): string[] => [column.type].flat();

test('it is one message', () => {
  expect(outcome.code).toBe(0);
  expect(outcome.messages).toHaveLength(1);
});

test('the catalog is the same without a config', async () => {
  expect((await runVerb('discover')).messages).toEqual(outcome.messages);
});

test('the eight core streams are among the streams', () => {
  expect(streams.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'leads',
      'contacts',
      'companies',
      'pipelines',
      'statuses',
      'tasks',
      'events',
      'users',
    ]),
  );
});

test.each<[string, (stream: Message) => unknown]>([
  ['names are snake case', ({ name }) => !/^[a-z][a-z0-9_]*$/.test(name)],
  [
    'schemas are valid draft-07',
    ({ json_schema }) => !new Ajv({ strict: false }).validateSchema(json_schema),
  ],
  ['schemas have columns', (stream) => Object.keys(columns(stream)).length === 0],
  [
    'schemas refer to nothing and combine nothing',
    ({ json_schema }) => /"(\$ref|allOf|not)":/.test(JSON.stringify(json_schema)),
  ],
  ['further columns are permitted', ({ json_schema }) => (json_schema.additionalProperties ?? true) !== true],
  ['sync modes are named', ({ supported_sync_modes: modes }) => modes.length === 0],
  [
    'there is a primary key, but of what is one row',
    ({ name, source_defined_primary_key: key }) => !key?.length && name !== 'incoming_leads_summary',
  ],
  [
    'the primary key is made of scalar columns that are never null',
    (stream) =>
      stream.source_defined_primary_key.some(
        ([column]: [string]) => !/^(integer|string)$/.test(typesOf(columns(stream)[column]).join()),
      ),
  ],
  [
    'other columns may be null',
    (stream) => {
      const key = stream.source_defined_primary_key.flat();
      return Object.entries<Message>(columns(stream)).some(
        ([name, column]) => !key.includes(name) && !typesOf(column).includes('null'),
      );
    },
  ],
  [
    'the cursor is a column',
    (stream) => stream.default_cursor_field?.some((name: string) => !(name in columns(stream))),
  ],
  [
    'incremental streams have a cursor of their own, and only they',
    (stream) =>
      stream.supported_sync_modes.includes('incremental') !== Boolean(stream.default_cursor_field) ||
      Boolean(stream.default_cursor_field) !== Boolean(stream.source_defined_cursor),
  ],
  ['resumable streams have a cursor', (stream) => stream.is_resumable && !stream.source_defined_cursor],
])('%s', (_, wrong) => {
  expect(names(wrong)).toEqual([]);
});

test('stream names are unique', () => {
  expect(new Set(streams.map(({ name }) => name)).size).toBe(streams.length);
});
