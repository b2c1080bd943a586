import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Account,
  type Readings,
  type Simulator,
  startSimulator,
} from '../../src/simulator/simulator.ts';
import type { SyncEvent } from '../../src/sync/event.ts';
import { run } from '../../src/sync/run.ts';
import { streams as all } from '../../streams/index.ts';
import { Destination, read } from './reading.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

const names = ['leads', 'contacts', 'companies', 'customers'] as const;
const streams = names.map((name) => all.find((stream) => stream.name === name)!);
const parts = ['tags', 'leads', 'contacts', 'companies', 'customers', 'catalog_elements'];

/** Something that somebody does; `one` and `other` choose among the records that there are. */
interface Deed {
  kind: 'link' | 'unlink' | 'tag' | 'untag' | 'merge' | 'remove' | 'restore' | 'edit';
  list: (typeof names)[number];
  with: (typeof names)[number] | 'catalog_elements';
  one: number;
  other: number;
}

interface History {
  seed: number;
  readings: Partial<Readings>;
  /** What happens before each request, in turn. */
  meanwhile: Deed[][];
  /** What happens before each run, the seconds that pass then, and the lines after which the run is killed. */
  runs: { deeds: Deed[]; pause: number; kill: number | undefined }[];
}

const deed: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom(
    ...(['link', 'link', 'unlink', 'tag', 'untag', 'merge', 'remove', 'restore', 'edit'] as const),
  ),
  list: fc.constantFrom(...names),
  with: fc.constantFrom(...names, 'catalog_elements' as const),
  one: fc.nat(60),
  other: fc.nat(60),
});
const touching = fc.record(Object.fromEntries(names.map((name) => [name, fc.boolean()])));

const history: fc.Arbitrary<History> = fc.record({
  seed: fc.nat(1_000_000),
  readings: fc.record({
    linksTouch: touching,
    tagsTouch: touching,
    mergesTouch: touching,
    restoresTouch: touching,
    linkEvents: fc.constantFrom('named', 'generic'),
    mergedTells: fc.constantFrom('value_before', 'entity_id', 'nothing'),
    eventTypes: fc.constantFrom(
      ...['honoured', 'ignored', 'rejected'],
      ...[{ lead_restored: 'rejected' }, { customer_linked: 'ignored' }],
    ),
    eventsOrder: fc.constantFrom('newest', 'oldest', 'arbitrary'),
    pageCap: fc.constantFrom(250, 50),
    prematureEnds: fc.constantFrom(0, 0, 0.04),
    filters: fc.constantFrom(
      'honoured',
      'honoured',
      'honoured',
      { customers: 'ignored' },
      { leads: 'ignored' },
    ),
  }) as fc.Arbitrary<Partial<Readings>>,
  meanwhile: fc.array(fc.array(deed, { maxLength: 2 }), { maxLength: 8 }),
  runs: fc.array(
    fc.record({
      deeds: fc.array(deed, { maxLength: 12 }),
      pause: fc.constantFrom(1, 60, 700, 7_200),
      kill: fc.oneof(fc.constant(undefined), fc.nat(40)),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

/** Keeps the newest of each record, and notes what is said to be gone. */
class Rows extends Destination {
  readonly rows = new Map<string, Record<string, unknown>>();
  protected override keep(
    stream: string,
    key: string,
    _version: number,
    data: Record<string, unknown>,
  ): void {
    this.rows.set(`${stream} ${key}`, data);
  }
}

function work(account: Account, { kind, list, with: beside, one, other }: Deed): void {
  const of = (name: string) => account.ids(name).filter((id) => account.has(name, id));
  const [ids, others] = [of(list), of(beside)];
  const id = ids[one % ids.length];
  const otherId = others[other % others.length];
  if (kind === 'restore') {
    const bin = [...account.binned(list)];
    if (bin.length > 0) account.restore(list, bin[one % bin.length]!.id);
  } else if (id === undefined || ids.length < 4) return;
  else if (kind === 'edit') account.edit(list, id);
  else if (kind === 'remove') account.remove(list, id);
  else if (kind === 'tag') account.tag(list, id, `tag ${other % 5}`);
  else if (kind === 'untag') account.untag(list, id, `tag ${other % 5}`);
  else if (kind === 'merge') {
    const loser = ids[other % ids.length]!;
    if (loser !== id && list !== 'customers') account.merge(list, id, loser);
  } else if (list !== beside && otherId !== undefined) account[kind](list, id, beside, otherId);
}

function embedded(row: Record<string, unknown>, columns: readonly string[]): Record<string, unknown> {
  const ids = (value: unknown) =>
    ((typeof value === 'string' ? JSON.parse(value) : (value ?? [])) as { id: number }[])
      .map(({ id }) => id)
      .sort((a, b) => a - b);
  return Object.fromEntries(columns.map((column) => [column, ids(row[column])]));
}

/** What of the account the destination has otherwise. */
function differences({ account }: Simulator, { rows }: Rows): string[] {
  return streams.flatMap((stream) => {
    const columns = parts.filter((part) => part in stream.schema.properties);
    return account.ids(stream.name).flatMap((id) => {
      if (!account.has(stream.name, id)) return [];
      const row = rows.get(`${stream.name} ${id}`);
      const record = account.record(stream.name, id, [...parts])!;
      const wanted = JSON.stringify(embedded(record._embedded as Record<string, unknown>, columns));
      const got = row === undefined ? 'nothing' : JSON.stringify(embedded(row, columns));
      return wanted === got ? [] : [`${stream.name} ${id}: ${got} instead of ${wanted}`];
    });
  });
}

interface Play {
  witness?: boolean;
  engine?: typeof run;
}

async function play({ seed, readings, meanwhile, runs }: History, options: Play = {}): Promise<void> {
  const clock: VirtualClock = createVirtualClock();
  let asked = 0;
  let atWork = false;
  const simulator = await startSimulator({
    ...{ seed, clock, readings, requestsPerSecond: null, recordEvents: true },
    ...{ leads: 30, contacts: 20, companies: 10, customers: 10, tasks: 0, events: 5 },
    onRequest: () => {
      clock.advance(300);
      asked += 1;
      const deeds = meanwhile[asked % Math.max(1, meanwhile.length)] ?? [];
      if (atWork) for (const each of deeds) work(simulator.account, each);
    },
  });
  const destination = new Rows();
  const readOnce = (killAfter?: number) =>
    read({ simulator, clock, streams, mode: 'incremental', destination, killAfter, ...options });
  try {
    await readOnce();
    for (const { deeds, pause, kill } of runs) {
      clock.advance(pause * 500);
      for (const each of deeds) work(simulator.account, each);
      clock.advance(pause * 500 + 1_000);
      atWork = true;
      await readOnce(kill);
      atWork = false;
      clock.advance(2_000);
      const { failures } = await readOnce();
      expect([...(failures ?? [])]).toEqual([]);
      expect(differences(simulator, destination).join('\n')).toBe('');
      const gone = destination.events.flatMap((event: SyncEvent) =>
        event.type === 'gone' ? event.ids.map((id) => [event.stream, id] as const) : [],
      );
      expect(gone.filter(([stream, id]) => simulator.account.has(stream, id))).toEqual([]);
    }
  } finally {
    await simulator.close();
  }
}

test('after each incremental run the destination has the links and tags of the account', async () => {
  const numRuns = Number(process.env.KOMMO_PROPERTY_RUNS ?? 40);
  await fc.assert(
    fc.asyncProperty(history, (drawn) => play(drawn)),
    { numRuns, seed: 1 },
  );
}, 300_000);

/** Events that name the record that they are about, and not the one that it was linked to. */
const oneSided: typeof run = (options) =>
  run({
    ...options,
    client: {
      ...options.client,
      async list(request) {
        const page = await options.client.list(request);
        if (request.path !== '/api/v4/events') return page;
        const rows = page.rows.map((row) => ({ ...(row as object), value_after: [], value_before: [] }));
        return { ...page, rows };
      },
    },
  });

test.each<[string, Play]>([
  ['without the witness', { witness: false }],
  ['with one side of a link alone', { engine: oneSided }],
])(
  '%s, links and tags go stale',
  async (_, options) => {
    const check = await fc.check(
      fc.asyncProperty(history, (drawn) => play(drawn, options)),
      { numRuns: 60, seed: 1, endOnFailure: true },
    );
    expect(check.failed).toBe(true);
    expect(String(check.errorInstance)).toMatch(/expected '(?:leads|contacts|companies|customers) \d+: /);
  },
  120_000,
);
