import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import type { Stream } from '../../src/stream/declaration.ts';
import { streams as present } from '../../streams/index.ts';
import { createVirtualClock } from '../property/virtual-clock.ts';
import { KeyedDestination, readStreams } from './whole-account.ts';

const streams = present;
const split = streams.filter(({ lists: [list, more] }) => more !== undefined || list!.parent !== undefined);

const deed = fc.record({
  kind: fc.constantFrom('create' as const, 'edit' as const, 'remove' as const),
  at: fc.nat(1_000),
  toParent: fc.boolean(),
});
type Deed = typeof deed extends fc.Arbitrary<infer Drawn> ? Drawn : never;
const history = fc.record({
  /** What people do before each request, over and over. */
  deeds: fc.array(fc.array(deed, { maxLength: 2 }), { minLength: 1, maxLength: 7 }),
  kills: fc.array(fc.integer({ min: 3, max: 40 }), { maxLength: 4 }),
  readers: fc.integer({ min: 1, max: 5 }),
});

test.each(split.map((stream) => [stream.name, stream] as const))(
  '%s loses nothing while people work and processes die',
  async (_name, stream) => {
    const property = fc.asyncProperty(history, async ({ deeds, kills, readers }) => {
      const clock = createVirtualClock();
      let turn = 0;
      let atWork = true;
      const simulator: Simulator = await startSimulator({
        clock,
        requestsPerSecond: null,
        compress: false,
        leads: 25,
        onRequest: () => {
          clock.advance(1_000);
          if (!atWork) return;
          for (const each of deeds[turn % deeds.length]!) work(simulator, stream, each);
          turn += 1;
        },
      });
      try {
        const destination = new KeyedDestination();
        for (const killAfter of kills) {
          await readStreams(simulator, [stream], { destination, mode: 'incremental', killAfter, readers });
          clock.advance(60_000);
        }
        atWork = false;
        // The first ends what was cut off; what came behind its back meanwhile is found by the second.
        for (const _run of ['resumed', 'quiet']) {
          clock.advance(60_000);
          const { failures } = await readStreams(simulator, [stream], {
            destination,
            mode: 'incremental',
            readers,
          });
          expect([...failures.values()].map(String)).toEqual([]);
        }
        expect(missing(simulator, stream, destination)).toEqual([]);
      } finally {
        await simulator.close();
      }
    });
    await fc.assert(property, { numRuns: Number(process.env.KOMMO_HISTORIES ?? 12) });
  },
);

function work({ account }: Simulator, stream: Stream, { kind, at, toParent }: Deed): void {
  const parents = streams.find(({ lists }) => lists[0] === stream.lists.at(-1)!.parent?.list);
  const { name } = toParent && parents !== undefined ? parents : stream;
  if (kind === 'create') {
    account.create(name);
    return;
  }
  const ids = Array.from(account.truth(name), ({ id }) => id);
  // Chats of a contact that has no talk any more are nobody's to read.
  const isNeeded = name !== stream.name && stream.lists[0]!.parent?.many !== undefined;
  if (ids.length < 4 || isNeeded) return;
  if (kind === 'edit') account.edit(name, ids[at % ids.length]!);
  else account.remove(name, ids[at % ids.length]!);
}

/** What the account has and the destination has not, or has in another version. */
function missing({ account }: Simulator, stream: Stream, destination: KeyedDestination): string[] {
  const rows = new Map(
    destination.of(stream.name).map((data) => [stream.key.map((column) => data[column]).join('/'), data]),
  );
  const { parent } = stream.lists[0]!;
  const parents = streams.find(({ lists }) => lists[0] === parent?.list);
  return Array.from(account.truth(stream.name))
    .filter(
      ({ id }) =>
        parent?.when((parents && account.record(parents.name, `${id}`.split('/')[0]!)) ?? {}) !== false,
    )
    .filter(({ id, version }) => {
      const row = rows.get(`${id}`);
      // An edit of what hangs on a parent does not show on the parent, where only changed ones are asked.
      return row === undefined || (!parent?.onlyChanged && account.versionOf(stream.name, row) !== version);
    })
    .map(({ id, version }) => `${id} ${version}`);
}
