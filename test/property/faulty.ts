import type { Account, KommoClient } from '../../src/api/kommo-client.ts';
import type { SyncEvent } from '../../src/sync/event.ts';
import type { Listing } from '../../src/sync/listing.ts';
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

  'no closed upper bound': (options) => run({ ...options, client: aheadOfTime(options.client) }),

  'the state is written one window early': (options) => run({ ...options, emit: stateFirst(options) }),
};

/** Page after page in the order of the cursor, over a list that moves while it is read. */
async function* plainPages(listing: Listing, range: Range): AsyncGenerator<Row[], number> {
  const bounds = listing.bounds(range);
  for (let page = 1; ; page += 1) {
    const question = { bounds, order: 'cursor' as const, place: (limit: number) => ({ page, limit }) };
    const answer = await listing.ask(question);
    yield answer.inside.filter((row) => row.cursor <= range.to);
    if (await listing.endsWith(answer, question)) return range.to;
  }
}

/** A watermark that steps over the rest of a second. */
async function* withoutTies(listing: Listing, range: Range): AsyncGenerator<Row[], number> {
  const question = {
    bounds: listing.bounds(range),
    order: 'cursor' as const,
    place: (limit: number) => ({ page: 1, limit }),
  };
  const answer = await listing.ask(question);
  yield answer.inside.filter((row) => row.cursor <= range.to);
  const last = answer.inside.at(-1)?.cursor ?? range.to;
  return (await listing.endsWith(answer, question)) ? range.to : Math.min(last, range.to);
}

/** The run takes an hour from now for the last second that is over. */
function aheadOfTime(client: KommoClient): KommoClient {
  const account = async (parts: readonly string[]): Promise<Account> => {
    const answer = await client.account(parts);
    return { ...answer, servedAt: (answer.servedAt ?? 0) + 3_600 };
  };
  return { ...client, account };
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
