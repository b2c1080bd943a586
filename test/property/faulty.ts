import type { SyncEvent } from '../../src/sync/event.ts';
import { firstPage, type Listing } from '../../src/sync/listing.ts';
import type { Row } from '../../src/sync/row.ts';
import { type RunOptions, run } from '../../src/sync/run.ts';
import { walkOf } from '../../src/sync/strategy.ts';
import type { Range } from '../../src/sync/walk/walk.ts';

/** Engines with one safeguard taken out each, as most connectors are built. The properties have to see them fail. */
export const faultyEngines: Record<string, typeof run> = {
  'plain page numbers instead of the watermark': (options) =>
    run({ ...options, walkOf: (strategy) => (strategy === 'watermark' ? plainPages : walkOf(strategy)) }),

  'a second that fills a page is not read to its end': (options) =>
    run({ ...options, walkOf: (strategy) => (strategy === 'watermark' ? withoutTies : walkOf(strategy)) }),

  'the state is written one window early': (options) => run({ ...options, emit: stateFirst(options) }),
};

/** Page after page in the order of the cursor, over a list that moves while it is read. */
async function* plainPages(listing: Listing, range: Range): AsyncGenerator<Row[], number> {
  const { to } = range;
  const bounds = listing.bounds({ from: range.from, to });
  for (let page = 1; ; page += 1) {
    const read = await listing.ask({
      bounds,
      order: { by: 'cursor' },
      place: (limit) => ({ page, limit }),
    });
    yield read.inside.filter((row) => row.cursor <= range.to);
    if (read.rows.length < read.limit) return range.to;
  }
}

/** A watermark that steps over the rest of a second. */
async function* withoutTies(listing: Listing, range: Range): AsyncGenerator<Row[], number> {
  const { from, to } = range;
  const read = await listing.ask({
    bounds: listing.bounds({ from, to }),
    order: { by: 'cursor' },
    place: firstPage,
  });
  yield read.inside.filter((row) => row.cursor <= range.to);
  const last = read.inside.at(-1)?.cursor ?? range.to;
  return read.rows.length < read.limit ? range.to : Math.min(last, range.to);
}

/** Records wait until the checkpoint that covers them has gone out. */
function stateFirst({ emit }: RunOptions): RunOptions['emit'] {
  let waiting: SyncEvent[] = [];
  return async (event) => {
    if (event.type === 'records') {
      waiting.push(event);
      return;
    }
    await emit(event);
    if (event.type !== 'checkpoint' && event.type !== 'finished') return;
    const due = waiting;
    waiting = [];
    for (const record of due) await emit(record);
  };
}
