import fc from 'fast-check';
import {
  type Account,
  type Readings,
  type Simulator,
  startSimulator,
} from '../../src/simulator/simulator.ts';
import { streams as all } from '../../streams/index.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

export const names = ['leads', 'contacts', 'companies', 'customers'] as const;
export const streams = names.map((name) => all.find((stream) => stream.name === name)!);
const parts = ['tags', 'leads', 'contacts', 'companies', 'customers', 'catalog_elements'];

/** What is deleted without a way back. */
const discarded = ['tasks', 'leads_notes', 'contacts_notes'];

/** Something that somebody does; `one` and `other` choose among the records that there are. */
export interface Deed {
  kind: 'link' | 'unlink' | 'tag' | 'untag' | 'merge' | 'remove' | 'restore' | 'edit' | 'discard';
  list: (typeof names)[number];
  with: (typeof names)[number] | 'catalog_elements';
  one: number;
  other: number;
}

export interface History {
  seed: number;
  readings: Partial<Readings>;
  /** What happens before each request, in turn. */
  meanwhile: Deed[][];
  /** What happens before each run, the seconds that pass then, and the lines after which the run is killed. */
  runs: { deeds: Deed[]; pause: number; kill: number | undefined }[];
}

const deed: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom(
    ...(['link', 'link', 'unlink', 'tag', 'untag', 'merge', 'remove', 'restore', 'edit', 'discard'] as const),
  ),
  list: fc.constantFrom(...names),
  with: fc.constantFrom(...names, 'catalog_elements' as const),
  one: fc.nat(60),
  other: fc.nat(60),
});
const touching = fc.record(Object.fromEntries(names.map((name) => [name, fc.boolean()])));

export const history: fc.Arbitrary<History> = fc.record({
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
      ...([
        { customers: 'ignored' },
        { leads: 'ignored' },
        { events: 'ignored' },
        { events: 'rejected' },
      ] as const),
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

/** Does it, where it can be done. */
export function work(account: Account, { kind, list, with: beside, one, other }: Deed): void {
  const of = (name: string) => account.ids(name).filter((id) => account.has(name, id));
  const [ids, others] = [of(list), of(beside)];
  const id = ids[one % ids.length];
  const otherId = others[other % others.length];
  if (kind === 'discard') {
    const name = discarded[other % discarded.length]!;
    const [gone] = of(name).slice(one % 5);
    if (gone !== undefined) account.remove(name, gone);
  } else if (kind === 'restore') {
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

/** What of the account the rows have otherwise; `rowOf` gives what is kept of a record. */
export function differences(
  { account }: Simulator,
  rowOf: (stream: string, id: number | string) => Record<string, unknown> | undefined,
): string[] {
  return streams.flatMap((stream) => {
    const columns = parts.filter((part) => part in stream.schema.properties);
    return account.ids(stream.name).flatMap((id) => {
      if (!account.has(stream.name, id)) return [];
      const row = rowOf(stream.name, id);
      const record = account.record(stream.name, id, [...parts])!;
      const wanted = JSON.stringify(embedded(record._embedded as Record<string, unknown>, columns));
      const got = row === undefined ? 'nothing' : JSON.stringify(embedded(row, columns));
      return wanted === got ? [] : [`${stream.name} ${id}: ${got} instead of ${wanted}`];
    });
  });
}

export interface Office {
  simulator: Simulator;
  clock: VirtualClock;
  /** People are at work between any two requests while this is true. */
  isBusy: boolean;
}

/** Opens the small account that a history is played in; `before` and `after` hear of each deed. */
export async function openOffice(
  { seed, readings, meanwhile }: History,
  before: (deed: Deed, account: Account) => void = () => {},
  after: typeof before = () => {},
): Promise<Office & { doAll: (deeds: readonly Deed[]) => void }> {
  const clock = createVirtualClock();
  let asked = 0;
  const doAll = (deeds: readonly Deed[]) => {
    for (const each of deeds) {
      const { account } = office.simulator;
      before(each, account);
      work(account, each);
      after(each, account);
    }
  };
  const simulator = await startSimulator({
    ...{ seed, clock, readings, requestsPerSecond: null, compress: false, recordEvents: true },
    ...{ leads: 30, contacts: 20, companies: 10, customers: 10, tasks: 8, events: 5 },
    rows: { leads_notes: 8, contacts_notes: 8 },
    onRequest: () => {
      clock.advance(300);
      asked += 1;
      if (office.isBusy) doAll(meanwhile[asked % Math.max(1, meanwhile.length)] ?? []);
    },
  });
  const office = { simulator, clock, isBusy: false, doAll };
  return office;
}
