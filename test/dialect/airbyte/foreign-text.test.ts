/** Whatever stands in a catalog or a state file: a plan, or an error for the user. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planCatalog } from '../../../src/dialect/airbyte/configured.ts';
import { readStateFile, readStreamState } from '../../../src/dialect/airbyte/state.ts';
import { ConfigError } from '../../../src/errors.ts';
import { StreamState } from '../../../src/sync/state.ts';
import { streams } from '../../../streams/index.ts';

const anything = fc.jsonValue({ maxDepth: 4 });
const name = fc.constantFrom('leads', 'users', 'nowhere', '', '__proto__', 'constructor');

/** Documents that are nearly right get further than noise. */
const nearlyObject = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.record(fields, { requiredKeys: [] }) },
    { weight: 1, arbitrary: anything },
  );
const blob = nearlyObject({
  version: fc.oneof(fc.constantFrom(1, 2, '1'), anything),
  mode: fc.constantFrom('incremental', 'full_refresh', 'other'),
  finished: fc.constantFrom(0, 1, 2),
  through: fc.oneof(fc.integer(), fc.double()),
  until: fc.oneof(fc.integer(), anything),
  done: fc.oneof(fc.string(), anything),
});
const streamState = nearlyObject({
  stream_descriptor: nearlyObject({ name: fc.oneof(name, anything), namespace: anything }),
  stream_state: blob,
});
const stateMessage = nearlyObject({
  type: fc.constantFrom('STREAM', 'GLOBAL', 'LEGACY', 'STATE'),
  stream: streamState,
  global: nearlyObject({ stream_states: fc.oneof(fc.array(streamState), anything) }),
  data: fc.oneof(fc.dictionary(name, blob), anything),
});
const stateFile = fc.oneof(stateMessage, fc.array(stateMessage), fc.dictionary(name, blob));
const catalog = nearlyObject({
  streams: fc.oneof(
    fc.array(
      nearlyObject({
        stream: nearlyObject({
          name: fc.oneof(name, anything),
          json_schema: nearlyObject({ properties: fc.oneof(fc.dictionary(name, anything), anything) }),
        }),
        sync_mode: fc.oneof(fc.constantFrom('incremental', 'full_refresh', 'INVALID'), anything),
        destination_sync_mode: anything,
      }),
      { maxLength: 4 },
    ),
    anything,
  ),
});

/** The result of `read`, or undefined where it throws an error that says what to fix. */
function tryTo<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).not.toMatch(/[\n\r]/);
    return undefined;
  }
}

test('a state file', () => {
  let understood = 0;
  fc.assert(
    fc.property(stateFile, (file) => {
      for (const [stream, state] of tryTo(() => readStateFile(file)) ?? []) {
        const read = tryTo(() => readStreamState(stream, state, () => {}));
        if (read === undefined) continue;
        expect(StreamState.safeParse(read).success).toBe(true);
        understood += 1;
      }
    }),
    { numRuns: 3000 },
  );
  expect(understood).toBeGreaterThan(0);
});

test('a catalog', () => {
  let planned = 0;
  fc.assert(
    fc.property(catalog, fc.dictionary(name, blob), (value, states) => {
      const result = tryTo(() => planCatalog(value, streams, new Map(Object.entries(states)), () => {}));
      for (const { stream, columns } of result?.plan ?? []) {
        planned += 1;
        expect(columns).toEqual(expect.arrayContaining([...stream.key]));
        for (const column of columns) expect(Object.hasOwn(stream.schema.properties, column)).toBe(true);
      }
      for (const error of result?.failures.values() ?? []) expect(error).toBeInstanceOf(ConfigError);
    }),
    { numRuns: 3000 },
  );
  expect(planned).toBeGreaterThan(0);
});
