import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ListRequest, Page } from '../../src/api/kommo-client.ts';
import { UnexpectedAnswerError } from '../../src/errors.ts';
import type { Place } from '../../src/sync/bookmark.ts';
import type { CountingClient } from '../../src/sync/in-flight.ts';
import { Listing } from '../../src/sync/listing.ts';
import { pages } from '../../src/sync/walk/pages.ts';
import { streams } from '../../streams/index.ts';

const events = streams.find(({ name }) => name === 'events')!;
const window = { from: 0, to: 1_000_000 };

/** Mostly events with a second of their own; some share one, near where a page ends or over whole pages. */
const seconds = fc
  .array(
    fc.tuple(
      fc.integer({ min: 10, max: 20 }),
      fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 2, max: 4 }) }, fc.integer({ min: 2, max: 90 })),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((groups) => groups.flatMap(([alone, together]) => [...new Array<number>(alone).fill(1), together]));

const interrupted = fc.record({
  seconds,
  killedAfter: fc.integer({ min: 1, max: 6 }),
  pageSizes: fc.tuple(fc.constantFrom(20, 24, 25), fc.constantFrom(20, 24, 25)),
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
});

test('a list whose ties change places at every request is whole after a kill and a second reader', async () => {
  const property = fc.asyncProperty(interrupted, async ({ seconds, killedAfter, pageSizes, seed }) => {
    const truth = new Set(seconds.flatMap((size, second) => idsOf(second, size)));
    const client = shufflingClient(seconds, seed);
    const delivered = new Set<number | string>();
    let place: Place | undefined;
    let yielded = 0;
    const first = pages(listing(pageSizes[0], client), window, {
      reached: (reached) => {
        place = reached;
      },
    });
    try {
      for await (const rows of first) {
        for (const { id } of rows) delivered.add(id);
        yielded += 1;
        if (yielded > killedAfter) break;
      }
      const second = pages(listing(pageSizes[1], client), window, { after: place });
      for await (const rows of second) for (const { id } of rows) delivered.add(id);
    } catch (error) {
      // Reported instead of read: nothing is lost by that.
      expect(error).toBeInstanceOf(UnexpectedAnswerError);
      return;
    }
    expect([...truth].filter((id) => !delivered.has(id))).toEqual([]);
  });
  await fc.assert(property, { numRuns: 4_000 });
});

function listing(pageSize: number, client: CountingClient): Listing {
  return new Listing({ ...events.lists[0]!, pageSize }, client, 'events');
}

interface Row {
  id: string;
  created_at: number;
}

function idsOf(second: number, size: number): string[] {
  return Array.from({ length: size }, (_, index) => `event-${second}-${index}`);
}

/** Serves the events by second; in which order those of one second come is drawn anew for every answer. */
function shufflingClient(seconds: readonly number[], seed: number): CountingClient {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const list = async ({ query }: ListRequest): Promise<Page> => {
    const [page, limit] = [Number(query.page), Number(query.limit)];
    const rows = seconds.flatMap((size, second): Row[] =>
      idsOf(second, size)
        .map((id) => ({ id, created_at: second + 1, key: random() }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ id, created_at }) => ({ id, created_at })),
    );
    const end = page * limit;
    return { rows: rows.slice(end - limit, end), hasNext: end < rows.length, servedAt: undefined };
  };
  return { list, spareRequests: () => 0 } as Partial<CountingClient> as CountingClient;
}
