/** The connector acceptance tests' TestIncremental, and the shapes of `--state` (airbyte.md §2.3, §4.1). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { errorsIn, type Message, ofType, statusesIn } from '../../dialect/airbyte/messages.ts';
import { configure, finalState, type Outcome, recordsOf, runVerb, settingsFor, statesOf } from './source.ts';

let simulator: Simulator;
let catalog: Message;
let first: Outcome;
let all: number;

const read = (state?: unknown, name = 'state.json') =>
  runVerb('read', {
    'config.json': settingsFor(simulator, { lookback_window_minutes: 0 }),
    'catalog.txt': configure(catalog, 'incremental', ['leads']),
    ...(state !== undefined && { [name]: state }),
  });

beforeAll(async () => {
  simulator = await startSimulator({ leads: 2600, requestsPerSecond: null });
  [catalog] = ofType((await runVerb('discover')).messages, 'CATALOG');
  first = await read();
  all = recordsOf(first.messages, 'leads').length;
});
afterAll(() => simulator.close());

const ids = ({ messages }: Outcome) => new Set(recordsOf(messages, 'leads').map(({ data }) => data.id));

test('the first read brings everything', () => {
  expect(first.code).toBe(0);
  expect(ids(first)).toEqual(new Set([...simulator.account.truth('leads')].map(({ id }) => id)));
});

test('a second read from the final state brings what has changed since', async () => {
  const idle = await read(finalState(first.messages));
  expect(idle.code).toBe(0);
  expect(ids(idle)).toEqual(new Set());
  expect(statesOf(idle.messages, 'leads').length).toBeGreaterThan(0);
  expect(statusesIn(idle.messages)).toEqual(['leads STARTED', 'leads COMPLETE']);
});

test('a read from any state on the way brings at least what was still to come', async () => {
  const states = statesOf(first.messages, 'leads');
  expect(states.length).toBeGreaterThan(1);
  const position = first.messages.indexOf(first.messages.find(({ state }) => state === states[0]));
  const before = new Set(recordsOf(first.messages.slice(0, position), 'leads').map(({ data }) => data.id));
  const rest = await read([{ type: 'STREAM', stream: states[0].stream }]);
  expect(rest.code).toBe(0);
  const missing = [...ids(first)].filter((id) => !before.has(id) && !ids(rest).has(id));
  expect(missing).toEqual([]);
  expect(recordsOf(rest.messages, 'leads').length).toBeLessThan(all);
});

test('a state of the future brings nothing, and comes back', async () => {
  const [{ type, stream }] = finalState(first.messages);
  const future = { ...stream.stream_state, through: 4_000_000_000, until: 4_000_000_000 };
  const { code, messages } = await read([{ type, stream: { ...stream, stream_state: future } }]);
  expect(code).toBe(0);
  expect(recordsOf(messages, 'leads')).toEqual([]);
  const states = statesOf(messages, 'leads');
  expect(states.length).toBeGreaterThan(0);
  expect(states.at(-1).stream.stream_state.through).toBe(4_000_000_000);
});

test.each<[string, (state: Message) => unknown, boolean]>([
  ['a list of stream states', (state) => [state], true],
  [
    'a list with null fields, in a text file, as PyAirbyte writes it',
    ({ stream }) => [
      {
        type: 'STREAM',
        stream: { ...stream, stream_descriptor: { name: 'leads', namespace: null } },
        global_: null,
        data: null,
        sourceStats: { recordCount: 0, rejectedRecordCount: null },
        destinationStats: null,
      },
    ],
    true,
  ],
  ['a global state', ({ stream }) => [{ type: 'GLOBAL', global: { stream_states: [stream] } }], true],
  ['a single state', (state) => state, true],
  ['the oldest form', ({ stream }) => ({ leads: stream.stream_state }), true],
  ['an empty list', () => [], false],
  ['an empty object', () => ({}), false],
  ['an empty file', () => '', false],
  ['a state of other streams', ({ stream }) => ({ elsewhere: stream.stream_state }), false],
  ['a foreign state of the stream', () => ({ leads: { updated_at: '2026-01-01' } }), false],
])('%s is understood', async (_, shape, goesOn) => {
  const [state] = finalState(first.messages);
  const { code, messages } = await read(shape(state), 'state.txt');
  expect(code).toBe(0);
  expect(recordsOf(messages, 'leads').length).toBe(goesOn ? 0 : all);
});

test('a state of a newer version stops its stream', async () => {
  const { code, messages } = await read({ leads: { version: 2 } });
  expect(code).toBe(1);
  expect(statusesIn(messages)).toEqual(['leads INCOMPLETE']);
  expect(errorsIn(messages)[0]).toMatchObject({
    failure_type: 'config_error',
    stream_descriptor: { name: 'leads' },
  });
});
