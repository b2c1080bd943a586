import fc from 'fast-check';
import type { Readings } from '../../src/simulator/readings.ts';
import type { List, Stream } from '../../src/stream/declaration.ts';
import type { SyncMode } from '../../src/sync/event.ts';
import { streams } from '../../streams/index.ts';
import { readings, type Turn, turn } from './drawn-readings.ts';
import { listsAndParents, resourceOf } from './lists.ts';
import { type Deed, deed } from './people.ts';

/** One run of the connector. */
export interface Run {
  mode: SyncMode;
  /** Lines of output after which the process is killed. */
  kill: number | undefined;
  /** The start_date, in days before the read; undefined for none. */
  startDays: number | undefined;
  /** Something that is in its way, and only in its. */
  trouble: 'refused' | 'renamed' | undefined;
  /** Seconds that nothing is read before it, and what people do in that time. */
  pause: number;
  deeds: Deed[];
}

export interface Scenario {
  stream: string;
  seed: number;
  records: number;
  /** Records that share one second, made by an import before the read. */
  burst: number;
  /** What the connector asks for at most; small pages make many seams out of few records. */
  pageSize: number;
  readers: number;
  readings: Partial<Readings>;
  /** What of the account changes, and before which request. */
  turns: { before: number; turn: Turn }[];
  /** What happens before each request, in turn. */
  deeds: Deed[][];
  /** Milliseconds that pass between two requests. */
  pace: number;
  /** The last one is not killed. */
  runs: Run[];
}

const none = (count: number) => Array.from({ length: count }, () => undefined);
const days = fc.constantFrom(undefined, undefined, undefined, 2, 60, 400, 5_000);

/** How a row of runs goes on: mostly with the same settings, sometimes with another mode or start. */
const runs: fc.Arbitrary<Run[]> = fc
  .record({
    mode: fc.constantFrom<SyncMode>('incremental', 'full_refresh'),
    startDays: days,
    all: fc.array(
      fc.record({
        kill: fc.oneof(fc.nat(40), fc.nat(900), fc.constant(undefined)),
        trouble: fc.constantFrom(...none(7), 'refused' as const, 'refused' as const, 'renamed' as const),
        otherMode: fc.constantFrom(false, false, false, false, true),
        otherStart: fc.oneof(
          { weight: 3, arbitrary: fc.constant({ to: false as const }) },
          { weight: 1, arbitrary: fc.record({ to: days }) },
        ),
        pause: fc.constantFrom(0, 0, 60, 7_200, 93_600),
        deeds: fc.array(deed, { maxLength: 12 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ mode, startDays, all }) => {
    let start = startDays;
    return all.map(({ kill, trouble, otherMode, otherStart, pause, deeds }, index): Run => {
      const isLast = index === all.length - 1;
      if (otherStart.to !== false) start = otherStart.to;
      const other: SyncMode = mode === 'incremental' ? 'full_refresh' : 'incremental';
      return {
        mode: otherMode && !isLast ? other : mode,
        kill: isLast ? undefined : kill,
        trouble: isLast ? undefined : trouble,
        startDays: start,
        // One night at most: whether an unfinished refresh is older than a day is then never a matter of minutes.
        pause: all.findIndex((run) => run.pause === 93_600) < index && pause === 93_600 ? 7_200 : pause,
        deeds,
      };
    });
  });

/** Streams of the catalogue, those that hold most more often than the others. */
const anyStream = fc.oneof(
  fc.constantFrom('leads', 'contacts', 'companies', 'tasks', 'tasks', 'events', 'events', 'talks', 'notes'),
  fc.constantFrom(...streams.map(({ name }) => name)),
);

/** Histories of a stream in which nothing is out of reach for everybody. */
export const scenarioOf = (stream: fc.Arbitrary<string>): fc.Arbitrary<Scenario> =>
  fc
    .record({
      stream,
      seed: fc.nat(1_000_000),
      records: fc.oneof(fc.nat(60), fc.integer({ min: 60, max: 700 })),
      burst: fc.constantFrom(0, 0, 30, 130, 260),
      pageSize: fc.constantFrom(20, 25, 50, 120, 250),
      readers: fc.integer({ min: 1, max: 8 }),
      readings,
      refusals: fc.array(fc.record({ which: fc.nat(11), status: fc.constantFrom(402, 403, 404, 422) }), {
        minLength: 1,
        maxLength: 3,
      }),
      turns: fc.oneof(
        { weight: 2, arbitrary: fc.constant<Scenario['turns']>([]) },
        fc.array(fc.record({ before: fc.nat(60), turn }), { maxLength: 3 }),
      ),
      deeds: fc.array(fc.array(deed, { maxLength: 5 }), { maxLength: 12 }),
      // Seven requests a second are all that Kommo permits.
      pace: fc.constantFrom(143, 143, 700, 2_500, 20_000),
      runs,
    })
    .map(({ refusals, ...drawn }): Scenario => {
      const { readings } = drawn;
      return { ...drawn, readings: { ...readings, refused: refusedOf(drawn, refusals) } };
    })
    .map((drawn): Scenario => {
      if (drawn.readings.dateHeader) return drawn;
      // Without a Date header a minute counts as still open: what people do in a minute has to fit on a page.
      const deeds = drawn.deeds.map((turn) => turn.filter(({ kind }) => kind !== 'bulk').slice(0, 2));
      const wide = { pageCap: 250, cutPages: 0, shortPages: 0 };
      return {
        ...drawn,
        deeds,
        turns: [],
        pageSize: 250,
        pace: 2_500,
        readings: { ...drawn.readings, ...wide },
      };
    });

export const history = scenarioOf(anyStream);

/** The stream under test, with the page size of the scenario in its lists and in those that they hang on. */
export function streamOf({ stream, pageSize }: Pick<Scenario, 'stream' | 'pageSize'>): Stream {
  const found = streams.find(({ name }) => name === stream)!;
  const paged = (list: List): List => ({
    ...list,
    pageSize: Math.min(pageSize, list.pageSize),
    parent: list.parent && { ...list.parent, list: paged(list.parent.list) },
  });
  return { ...found, schema: found.schema, lists: found.lists.map(paged) };
}

/** Which lists are refused in a run that has this trouble. Whoever may not even ask for the account reads nothing. */
function refusedOf(
  drawn: Pick<Scenario, 'stream' | 'pageSize'>,
  refusals: readonly { which: number; status: 402 | 403 | 404 | 422 }[],
): Readings['refused'] {
  const resources = [...new Set(listsAndParents(streamOf(drawn)).map(resourceOf))].filter(
    (name) => name !== 'account',
  );
  if (resources.length === 0) return 'no';
  return Object.fromEntries(
    refusals.map(({ which, status }) => [resources[which % resources.length]!, status]),
  );
}

/** The readings that a scenario begins with and those that it turns to. */
export function allReadings({ readings, turns }: Scenario): Partial<Readings>[] {
  return [readings, ...turns.map(({ turn }) => turn)];
}

/** The smallest page that the account gives in full at any time of the scenario. */
export function smallestPage(scenario: Scenario): number {
  const { readings } = scenario;
  const pageSize = Math.min(...listsAndParents(streamOf(scenario)).map((list) => list.pageSize));
  const sizes = allReadings(scenario).map(({ pageCap = 250 }) => {
    const cap = pageCap as number;
    if (pageSize <= cap) return pageSize;
    return readings.overLimit === 'default' ? Math.min(50, cap) : cap;
  });
  return Math.min(...sizes);
}
