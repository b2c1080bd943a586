import { expect, test } from 'vitest';
import { discoverCatalog } from '../../../src/dialect/airbyte/catalog.ts';
import { planCatalog } from '../../../src/dialect/airbyte/configured.ts';
import { ConfigError } from '../../../src/errors.ts';
import { streams } from '../../../streams/index.ts';
import { isValid } from './messages.ts';

const configure = (name: string, more: object = {}) => ({
  stream: discoverCatalog(streams).streams.find((stream) => stream.name === name) ?? {
    name,
    json_schema: { type: 'object', properties: { id: { type: 'integer' } } },
    supported_sync_modes: ['full_refresh'],
  },
  sync_mode: 'incremental',
  destination_sync_mode: 'append',
  ...more,
});

const plan = (...configured: object[]) =>
  planCatalog({ streams: configured }, streams, new Map(), (warning) => {
    throw new Error(warning);
  });

test('what discover offers can be configured and is planned whole', () => {
  const catalog = { streams: streams.map((stream) => configure(stream.name)) };
  expect(isValid('ConfiguredAirbyteCatalog', catalog)).toBe(true);
  const { plan, failures } = planCatalog(catalog, streams, new Map(), () => {});
  expect(failures).toEqual(new Map());
  expect(plan.map((planned) => planned.stream)).toEqual(streams);
  for (const { stream, columns } of plan) expect(columns).toEqual(Object.keys(stream.schema.properties));
});

test('a stream that can only be read whole is, whatever was asked', () => {
  const modes = plan(
    configure('leads'),
    configure('users'),
    configure('tasks', { sync_mode: 'full_refresh' }),
  );
  expect(modes.plan.map(({ mode }) => mode)).toEqual(['incremental', 'full_refresh', 'full_refresh']);
});

test('selected columns keep the order of the schema; keys and cursor stay', () => {
  const properties = { price: {}, name: {}, unknown_column: {} };
  const selected = plan(configure('leads', { stream: { name: 'leads', json_schema: { properties } } }));
  expect(selected.plan[0]?.columns).toEqual(['id', 'name', 'price', 'updated_at']);
});

test.each([
  ['no schema', { name: 'users' }],
  ['a null schema', { name: 'users', json_schema: null }],
  ['null properties', { name: 'users', json_schema: { properties: null } }],
  ['no properties', { name: 'users', json_schema: { properties: {} } }],
])('%s selects every column', (_, stream) => {
  expect(plan(configure('users', { stream })).plan[0]?.columns).toContain('email');
});

test('optional fields may be null', () => {
  const nulls = { cursor_field: null, primary_key: null, generation_id: null, sync_id: null };
  expect(plan(configure('leads', nulls)).plan).toHaveLength(1);
});

test('unknown streams and modes fail alone', () => {
  const { plan: planned, failures } = plan(
    configure('nowhere', { sync_mode: 'INVALID' }),
    configure('tasks', { sync_mode: 'INVALID' }),
    configure('leads'),
  );
  expect(planned.map(({ stream }) => stream.name)).toEqual(['leads']);
  expect([...failures.keys()]).toEqual(['nowhere', 'tasks']);
  for (const error of failures.values()) expect(error).toBeInstanceOf(ConfigError);
});

test('a state goes to its stream; one of a newer version fails its stream alone', () => {
  const blob = {
    ...{ version: 1, mode: 'incremental', finished: 1, from: 0, through: 5, until: 5 },
    ...{ done: '', known: '', newestFirst: 0, rows: -1, requests: -1 },
  };
  const states = new Map<string, unknown>([
    ['leads', blob],
    ['tasks', { version: 9 }],
    ['nowhere', blob],
  ]);
  const catalog = { streams: [configure('leads'), configure('tasks'), configure('contacts')] };
  const { plan, failures } = planCatalog(catalog, streams, states, () => {});
  expect(plan.map(({ stream, state }) => [stream.name, state])).toEqual([
    ['leads', blob],
    ['contacts', undefined],
  ]);
  expect([...failures.keys()]).toEqual(['tasks']);
});

test.each([
  ['nothing', undefined],
  ['a list', []],
  ['streams that are no list', { streams: 'leads' }],
  ['a stream without a name', { streams: [{ stream: {}, sync_mode: 'incremental' }] }],
  ['a stream without a mode', { streams: [{ stream: { name: 'leads' } }] }],
  ['a stream listed twice', { streams: [configure('leads'), configure('leads')] }],
])('%s is no catalog', (_, catalog) => {
  expect(() => planCatalog(catalog, streams, new Map(), () => {})).toThrow(ConfigError);
});
