import { expect, test } from 'vitest';
import type { ListRequest, Page } from '../../src/api/kommo-client.ts';
import { systemClock } from '../../src/clock.ts';
import type { CountingClient } from '../../src/sync/in-flight.ts';
import { Listing } from '../../src/sync/listing.ts';
import { byTime } from '../../src/sync/walk/by-time.ts';
import { rangeOf } from '../../src/sync/walk/walk.ts';
import { byWindows } from '../../src/sync/walk/windows.ts';
import { streams } from '../../streams/index.ts';

const [list] = streams.find(({ name }) => name === 'events')!.lists;

test('a window of far more than what came before is left for narrower ones, in time', async () => {
  // One event in a thousand seconds, and then one every second: the first windows promise a wide one.
  const quiet = Array.from({ length: 5_000 }, (_, index) => index * 1_000);
  const busy = Array.from({ length: 60_000 }, (_, index) => 5_000_000 + index);
  const cursors = [...quiet, ...busy];
  const server = serving(cursors);
  const listing = new Listing(list!, { client: server.client, purpose: 'events', clock: systemClock });
  const walk = byWindows(byTime);
  const range = rangeOf({ from: 0, to: 5_060_000 });
  const delivered = new Set<number | string>();
  let longest = 0;
  while (range.from <= range.to) {
    let count = 0;
    const step = walk(listing, range);
    let next = await step.next();
    for (; !next.done; next = await step.next()) {
      count += next.value.length;
      for (const { id } of next.value) delivered.add(id);
    }
    longest = Math.max(longest, count);
    if (next.value === undefined) continue;
    range.from = next.value + 1;
    range.bookmark = undefined;
  }
  expect(delivered.size).toBe(cursors.length);
  expect(longest).toBeLessThan(10_000);
  expect(server.requests()).toBeLessThan((1.3 * cursors.length) / list!.pageSize);
});

/** Serves events with these cursors, in their order. */
function serving(cursors: readonly number[]) {
  let requests = 0;
  const list = async ({ query }: ListRequest): Promise<Page> => {
    requests += 1;
    const [page, limit] = [Number(query.page), Number(query.limit)];
    const inside = cursors.filter(
      (cursor) =>
        cursor >= Number(query['filter[created_at][from]']) &&
        cursor <= Number(query['filter[created_at][to]']),
    );
    const rows = inside
      .slice((page - 1) * limit, page * limit)
      .map((cursor) => ({ id: `event-${cursor}`, created_at: cursor }));
    return {
      rows,
      hasNext: page * limit < inside.length,
      total: undefined,
      exists: rows.length > 0,
      servedAt: undefined,
    };
  };
  const client = { list, spareRequests: () => 0 } as Partial<CountingClient> as CountingClient;
  return { client, requests: () => requests };
}
