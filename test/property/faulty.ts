import type { Account, KommoClient, Page } from '../../src/api/kommo-client.ts';
import type { SyncEvent } from '../../src/sync/event.ts';
import { firstPage, type Listing } from '../../src/sync/listing.ts';
import type { Order } from '../../src/sync/order.ts';
import type { Row } from '../../src/sync/row.ts';
import { type RunOptions, run } from '../../src/sync/run.ts';
import { type Strategy, walkOf } from '../../src/sync/strategy.ts';
import type { Range, Walk } from '../../src/sync/walk/walk.ts';
import type { Run, Scenario } from './scenario.ts';

/** An engine with one safeguard taken out, as most connectors are built, and the histories in which that shows. */
export interface Fault {
  engine: typeof run;
  among: (drawn: Scenario) => Partial<Scenario>;
}

const incremental: Run = {
  ...{ mode: 'incremental', kill: undefined, startDays: undefined },
  ...{ trouble: undefined, pause: 0, deeds: [] },
};
const killed = [120, 300, undefined].map((kill) => ({ ...incremental, kill }));
const wellBehaved = { ties: 'id' } as const;

/** Leads on a server that does as documented, busy enough for every safeguard to matter. */
const busyLeads = (drawn: Scenario): Partial<Scenario> => ({
  stream: 'leads',
  records: 200 + (drawn.records % 400),
  pageSize: 25,
  burst: Math.max(30, drawn.burst),
  runs: killed,
  readings: wellBehaved,
  turns: [],
});

/** The same under these readings, of this stream. */
const busy =
  (stream: string, readings: Scenario['readings'], runs: Run[] = killed) =>
  (drawn: Scenario): Partial<Scenario> => ({
    ...busyLeads(drawn),
    stream,
    readings: { ...wellBehaved, ...readings },
    runs,
  });

export const faults: Record<string, Fault> = {
  'plain page numbers instead of the watermark': {
    engine: withWalk(['watermark'], plainPages({ by: 'cursor' })),
    among: busyLeads,
  },

  'a second that fills a page is not read to its end': {
    engine: withWalk(['watermark'], withoutTies),
    among: busyLeads,
  },

  'no closed upper bound': {
    engine: (options) => run({ ...options, client: aheadOfTime(options.client) }),
    among: busyLeads,
  },

  'the state is written one window early': {
    engine: (options) => run({ ...options, emit: stateFirst(options) }),
    among: busyLeads,
  },

  'a page that is not full is an end': {
    engine: tampered(({ facts }) => {
      facts.judge = (read) => (read.rows.length < read.limit ? 'end' : 'more');
    }),
    among: busy('tasks', { shortPages: 0.3, next: 'always' }),
  },

  'an end that was seen once makes each short page one': {
    engine: tampered(({ facts }) => {
      const judge = facts.judge.bind(facts);
      facts.judge = (read) =>
        facts.next === 'always' && read.rows.length < read.limit ? 'end' : judge(read);
    }),
    among: busy('leads', { shortPages: 0.3, next: 'always' }),
  },

  'an empty answer is believed': {
    engine: tampered((listing) => {
      listing.wasEmpty = true;
      Object.defineProperty(listing, 'witness', { get: () => undefined, set: () => {} });
      Object.defineProperty(listing.silence, 'looks', { get: () => 0 });
      const ask = listing.ask.bind(listing);
      listing.ask = (request) => ask({ ...request, looks: 0 });
    }),
    among: busy('leads', { prematureEnds: 0.1 }),
  },

  'a page stands for as many places as were asked for, until its size is known': {
    engine: withWalk(['windowsByTime', 'windowsById'], pagesOfLearntSize),
    among: (drawn) => ({ ...busy('events', { pageCap: 50, shortPages: 0.02 })(drawn), pageSize: 120 }),
  },

  'a full page with nothing behind it is an end': {
    engine: withWalk(['windowsById'], plainPages({ by: 'id' })),
    among: busy('tasks', { maximumPage: 3 }),
  },

  'a whole list is read by plain page numbers': {
    engine: withWalk(['wholeInSequence', 'wholeById'], plainPages(undefined)),
    among: (drawn) => ({
      ...busy('users', {})(drawn),
      deeds: [[], [{ kind: 'remove', where: 0, which: 3 }], ...drawn.deeds],
    }),
  },

  'the first Date is believed': {
    engine: (options) => run({ ...options, client: believingTheFirst(options.client) }),
    among: busy('leads', { strayDate: 86_400 }, [incremental, incremental, incremental]),
  },

  'a state does not know from where it reads': {
    engine: (options) => run({ ...options, plan: forgettingTheStart(options) }),
    among: busy('leads', {}, [{ ...incremental, startDays: 60 }, incremental]),
  },

  'a bound is taken for inclusive': {
    engine: tampered((listing) => {
      listing.bounds = ({ from, to }) => ({ from, to, asked: { from, to } });
    }),
    among: busy('tasks', { lowerBound: 'exclusive', upperBound: 'exclusive' }),
  },

  'an order is believed as soon as it was asked for': {
    engine: tampered((listing) => {
      const ask = listing.ask.bind(listing);
      listing.facts.cursorOrder = 'honoured';
      listing.ask = (request) =>
        ask(request.order?.by === 'cursor' ? { ...request, order: undefined } : request);
    }),
    among: busy('leads', { order: 'ignored' }),
  },
};

/** The engine with another walk instead of some of its own. */
function withWalk(replaced: readonly Strategy[], walk: Walk): typeof run {
  return (options) =>
    run({ ...options, walkOf: (strategy) => (replaced.includes(strategy) ? walk : walkOf(strategy)) });
}

/** The engine with something about each list changed before a walk begins. */
function tampered(change: (listing: Listing) => void): typeof run {
  const done = new WeakSet<Listing>();
  return (options) =>
    run({
      ...options,
      walkOf: (strategy) => (listing, range) => {
        if (!done.has(listing)) change(listing);
        done.add(listing);
        return walkOf(strategy)(listing, range);
      },
    });
}

/** Page after page until one that is not full, over a list that moves while it is read. */
function plainPages(order: Order | undefined): Walk {
  return async function* (listing: Listing, range: Range): AsyncGenerator<Row[], number> {
    const { from, to } = range;
    range.held = to;
    const bounds = listing.bounds(order === undefined ? { from } : { from, to });
    for (let page = 1; ; page += 1) {
      const read = await listing.ask({ bounds, order, place: (limit) => ({ page, limit }) });
      yield read.inside.filter((row) => row.cursor <= to);
      if (read.rows.length < read.limit) return to;
    }
  };
}

/** Place after place; a page of 50 tells that there are no larger ones. */
async function* pagesOfLearntSize(listing: Listing, range: Range): AsyncGenerator<Row[], number> {
  const { from, to } = range;
  range.held = to;
  const bounds = listing.bounds({ from, to });
  let limit = listing.list.pageSize;
  for (let position = 0; ; position += limit) {
    const page = Math.floor(position / limit) + 1;
    const read = await listing.ask({ bounds, place: () => ({ page, limit }) });
    yield read.inside.filter((row) => row.cursor <= to);
    if (!read.hasNext) return to;
    if (read.rows.length === 50) limit = 50;
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

/** The run takes an hour from now for the last second that is over. */
function aheadOfTime(client: KommoClient): KommoClient {
  const account = async (parts: readonly string[]): Promise<Account> => {
    const answer = await client.account(parts);
    return { ...answer, servedAt: (answer.servedAt ?? 0) + 3_600 };
  };
  return { ...silentOfTime(client), account };
}

/** Whatever the account says of the time first is true. */
function believingTheFirst(client: KommoClient): KommoClient {
  let first: Promise<Account> | undefined;
  const account = (parts: readonly string[]) => {
    first ??= client.account(parts);
    return first;
  };
  return { ...silentOfTime(client), account };
}

/** Nobody hears what the pages of lists say of the time. */
function silentOfTime(client: KommoClient): KommoClient {
  const list: KommoClient['list'] = async (request): Promise<Page> => ({
    ...(await client.list(request)),
    servedAt: undefined,
  });
  return { ...client, list };
}

/** What was read since some day is taken for all there is. */
function forgettingTheStart({ plan, startDate }: RunOptions): RunOptions['plan'] {
  return plan.map(({ state, ...planned }) => ({
    ...planned,
    state: state === undefined ? undefined : { ...state, from: startDate ?? 0 },
  }));
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
