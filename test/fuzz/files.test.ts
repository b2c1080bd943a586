/** Whatever stands in the files that a person or a platform passes: a result, or one clear error, and no stack. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Performed, performHere } from '../cli/in-process.ts';
import { writeFiles } from '../cli/program.ts';
import { errorsIn, ofType, readMessages } from '../dialect/airbyte/messages.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ leads: 3, users: 2, pipelines: 1, requestsPerSecond: null });
});
afterAll(() => simulator.close());

const json = fc.jsonValue({ maxDepth: 3 });
const name = fc.constantFrom(
  'leads',
  'users',
  'events',
  'nowhere',
  '',
  '__proto__',
  'constructor',
  'toString',
);
const number = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double(), fc.constantFrom(-1, 0, 1, 1e300));
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', ' ', 'null', '2026-01-01', 'acme'));
const scalar = fc.oneof(fc.boolean(), number, text, fc.constant(null), json);

/** Documents that are nearly right get further than noise. */
const nearly = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 30, arbitrary: fc.record(fields, { requiredKeys: [] }) },
    { weight: 1, arbitrary: json },
  );
const sometimes = (right: unknown) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: scalar });

/** What a file may hold instead of a document. */
const noise = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom('', '\uFEFF', '{', '[', '"', 'null', '[[[[[[[', '{"a":1}{"b":2}', '-', '\0'),
);
const fileOf = (document: fc.Arbitrary<unknown>) =>
  fc.oneof(
    { weight: 20, arbitrary: document.map((value) => JSON.stringify(value) ?? '') },
    { weight: 1, arbitrary: noise },
  );

/** No test asks an account that is not on this machine. */
const atHome = (document: unknown): unknown =>
  typeof document === 'object' && document !== null && !Array.isArray(document)
    ? { ...document, api_url: (document as { api_url?: unknown }).api_url || simulator.url }
    : document;
const config = () =>
  fc
    .oneof(configWith({ api_key: sometimes(simulator.token) }), configWith({ credentials: credentials() }))
    .map(atHome);
const credentials = () =>
  nearly({
    auth_type: sometimes('long_lived_token'),
    access_token: sometimes(simulator.token),
    client_id: scalar,
    client_secret: scalar,
    redirect_uri: scalar,
    refresh_token: scalar,
    token_expiry_date: scalar,
  });
const configWith = (signIn: Record<string, fc.Arbitrary<unknown>>) =>
  nearly({
    ...signIn,
    subdomain: sometimes('acme'),
    api_url: sometimes(simulator.url),
    start_date: sometimes('2026-01-01'),
    lookback_window_minutes: sometimes(10),
    requests_per_second: sometimes(10_000),
    flattening_enabled: sometimes(true),
    flattening_max_depth: sometimes(2),
  });

const streamState = nearly({
  version: sometimes(1),
  mode: fc.constantFrom('incremental', 'full_refresh', 'other'),
  finished: fc.constantFrom(0, 1, 2),
  through: number,
  until: number,
  done: fc.oneof(
    text,
    fc.constantFrom('5-9 12-20', '9-5', '1-99999999999999999999', '1-2 1-2', '-1-5', '1-2,3-4', 'NaN-1'),
  ),
});
const airbyteState = fc.array(
  nearly({
    type: sometimes('STREAM'),
    stream: nearly({ stream_descriptor: nearly({ name }), stream_state: streamState }),
    global: nearly({ stream_states: fc.array(nearly({ stream_descriptor: nearly({ name }) })) }),
    data: fc.dictionary(name, streamState),
  }),
  { maxLength: 3 },
);
const airbyteCatalog = nearly({
  streams: fc.array(
    nearly({
      stream: nearly({ name, json_schema: nearly({ properties: fc.dictionary(name, json) }) }),
      sync_mode: sometimes('incremental'),
      destination_sync_mode: sometimes('append'),
      cursor_field: json,
    }),
    { maxLength: 3 },
  ),
});
const singerState = nearly({ bookmarks: fc.dictionary(name, streamState), currently_syncing: json });
const singerCatalog = nearly({
  streams: fc.array(
    nearly({
      tap_stream_id: name,
      stream: name,
      schema: nearly({
        type: sometimes('object'),
        required: sometimes(['id']),
        properties: fc.dictionary(
          fc.constantFrom('id', 'name', 'price', 'tags'),
          nearly({
            type: fc.oneof(fc.constantFrom('integer', 'string', ['null', 'string']), json),
            items: json,
          }),
        ),
      }),
      key_properties: fc.array(name, { maxLength: 2 }),
      replication_method: fc.constantFrom('FULL_TABLE', 'INCREMENTAL', 'LOG_BASED', null),
      metadata: fc.array(
        nearly({
          breadcrumb: fc.constantFrom([], ['properties', 'id'], ['properties', 'name'], ['x']),
          metadata: nearly({ selected: scalar, inclusion: text, 'replication-method': text }),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 3 },
  ),
});

function expectNoDefect({ code, stdout, stderr }: Performed): void {
  expect([0, 1, 2]).toContain(code);
  expect(stdout + stderr).not.toMatch(/defect|Something went wrong|^\s+at .*:\d+/m);
}

const settings = () => ({
  subdomain: 'acme',
  api_url: simulator.url,
  api_key: simulator.token,
  requests_per_second: 1e6,
});

/** Runs the verb on files with these contents. */
function runVerb(verb: readonly string[], files: Record<string, string>, program = 'source-kommo') {
  const flags = Object.entries(writeFiles(files)).flatMap(([flag, path]) => [`--${flag}`, path]);
  return performHere([...verb, ...flags], { program });
}

/** Outcomes of each kind have to occur, or the documents are not near enough to what is read. */
async function expectBoth(count: number, each: (outcome: (isGood: boolean) => void) => Promise<void>) {
  const seen = { good: 0, bad: 0 };
  await each((isGood) => {
    seen[isGood ? 'good' : 'bad'] += 1;
  });
  expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(count / 50);
}

test('a config', async () => {
  const numRuns = 250;
  await expectBoth(numRuns, (outcome) =>
    fc.assert(
      fc.asyncProperty(fileOf(config()), async (content) => {
        const ended = await runVerb(['check'], { config: content });
        expectNoDefect(ended);
        const messages = readMessages(ended.stdout);
        const [status] = ofType(messages, 'CONNECTION_STATUS');
        const said = [status?.message, ...errorsIn(messages).map(({ message }) => message)].join('');
        expect(said).not.toBe('');
        expect(said).not.toContain('\n');
        outcome(status?.status === 'SUCCEEDED');
      }),
      { numRuns },
    ),
  );
});

test('a configured catalog and a state', async () => {
  const numRuns = 200;
  await expectBoth(numRuns, (outcome) =>
    fc.assert(
      fc.asyncProperty(fileOf(airbyteCatalog), fileOf(airbyteState), async (catalog, state) => {
        const ended = await runVerb(['read'], { config: JSON.stringify(settings()), catalog, state });
        expectNoDefect(ended);
        const errors = errorsIn(readMessages(ended.stdout));
        for (const { message } of errors) expect(message).not.toContain('\n');
        expect(ended.code === 0).toBe(errors.length === 0);
        outcome(ended.code === 0);
      }),
      { numRuns },
    ),
  );
});

test('the catalog, the state and the config of the tap', async () => {
  const numRuns = 200;
  await expectBoth(numRuns, (outcome) =>
    fc.assert(
      fc.asyncProperty(
        fileOf(singerCatalog),
        fileOf(singerState),
        fc.oneof(
          { weight: 3, arbitrary: fc.constant(undefined) },
          { weight: 1, arbitrary: fileOf(config()) },
        ),
        async (catalog, state, given) => {
          const files = { config: given ?? JSON.stringify(settings()), catalog, state };
          const ended = await runVerb([], files, 'tap-kommo');
          expectNoDefect(ended);
          for (const line of ended.stdout.split('\n').slice(0, -1)) JSON.parse(line);
          const last = ended.stderr.trimEnd().split('\n').at(-1)!;
          if (ended.code !== 0) expect(last).toMatch(/CRITICAL/);
          outcome(ended.code === 0);
        },
      ),
      { numRuns },
    ),
  );
});
