import fc from 'fast-check';
import { doubts } from '../../src/readings.ts';
import type { Readings } from '../../src/simulator/readings.ts';

/** What of an account changes while it is read. */
export type Turn = Partial<Pick<Readings, 'pageCap' | 'maximumPage'>>;

const chosen = fc.record({
  lowerBound: fc.constantFrom('inclusive', 'exclusive'),
  upperBound: fc.constantFrom('inclusive', 'exclusive'),
  filters: fc.constantFrom('honoured', 'honoured', 'honoured', 'honoured', 'ignored', 'rejected'),
  filterLapses: fc.constantFrom(0, 0, 0, 0.03),
  isApiFilterEnabled: fc.boolean(),
  scalarDate: fc.constantFrom('documented', 'equal', 'after'),
  order: fc.constantFrom('honoured', 'honoured', 'honoured', 'ignored'),
  orderLapses: fc.constantFrom(0, 0, 0, 0.03),
  defaultOrder: fc.constantFrom('id', 'id-descending', 'updated_at', 'arbitrary', 'shuffled'),
  eventsOrder: fc.constantFrom('newest', 'newest', 'oldest', 'arbitrary', 'shuffled'),
  eventsCreatedAtOrder: fc.constantFrom('ignored', 'honoured'),
  ties: fc.constantFrom('id', 'reversed', 'shuffled'),
  next: fc.constantFrom('honest', 'honest', 'always', 'never'),
  pageCap: fc.constantFrom(250, 250, 100, 50),
  overLimit: fc.constantFrom('clamp', 'default'),
  shortPages: fc.constantFrom(0, 0, 0.1, 0.3),
  hiddenTogether: fc.constantFrom(1, 1, 1, 60),
  cutPages: fc.constantFrom(0, 0, 0, 0.1),
  prematureEnds: fc.constantFrom(0, 0, 0.04),
  maximumPage: fc.constantFrom('none', 'none', 'none', 3, 10, 100),
  beyondDepth: fc.constantFrom('204', 'empty', 'repeat'),
  beyondEnd: fc.constantFrom('204', '204', '204', 'repeat', 'circle'),
  dateHeader: fc.constantFrom(true, true, true, true, false),
  clockSkew: fc.constantFrom(0, 0, 0, -45, 3600),
  strayDate: fc.constantFrom(0, 0, 60, -60, 3600, -3600, 86_400, -86_400),
  archivedPipelines: fc.boolean(),
  deactivatedUsers: fc.boolean(),
  notesTouch: fc.boolean(),
  tasksTouch: fc.boolean(),
  noteIds: fc.constantFrom('repeated', 'unique'),
  noteParams: fc.constantFrom('[] and {}', '[]', '{}'),
  incomingLeads: fc.constantFrom('listed', 'listed', 'not listed'),
  onlyDeleted: fc.constantFrom('honoured', 'ignored'),
  fileLinks: fc.constantFrom('entity_id', 'id'),
  renamed: fc.constantFrom(401, 404),
}) as fc.Arbitrary<Required<Omit<Readings, 'refused'>>>;

type Chosen = Required<Omit<Readings, 'refused'>>;

/** What stands between a reader and rows that are there, with what it is without. */
const troubles: readonly (keyof Chosen)[] = [
  ...([
    'filters',
    'filterLapses',
    'order',
    'orderLapses',
    'next',
    'pageCap',
    'shortPages',
    'cutPages',
  ] as const),
  ...([
    'prematureEnds',
    'maximumPage',
    'beyondEnd',
    'dateHeader',
    'strayDate',
    'ties',
    'defaultOrder',
  ] as const),
  'eventsOrder',
];

/** So many of them at a time, where not all are drawn at once. */
export const troublesAtATime = process.env.KOMMO_PROPERTY_ALL === undefined ? 3 : troubles.length;

/** Accounts of every reading, except where nobody could read them or tell what they do: see `fair`. */
export const readings: fc.Arbitrary<Partial<Readings>> = fc
  .tuple(chosen, fc.shuffledSubarray([...troubles], { maxLength: troublesAtATime }))
  .map(([drawn, kept]) => {
    const without = troubles
      .filter((name) => !kept.includes(name))
      .map((name) => [name, doubts[name].values[0]]);
    return fair({ ...drawn, ...Object.fromEntries(without) });
  });

export const turn: fc.Arbitrary<Turn> = fc.oneof(
  fc.record({ pageCap: fc.constantFrom(250, 100, 50) }),
  fc.record({ maximumPage: fc.constantFrom('none' as const, 3, 10) }),
);

/**
 * Takes out what no reader could tell from a list that is whole:
 * - a page that is empty because all its rows are hidden, where no `next` says that the list goes on;
 * - a page of hidden rows, where pages behind the depth are empty too, or the last one comes again and again;
 * - a page that ends early and says nothing, of a list in no order: its other rows might be anywhere;
 * - a page in the wrong order that looks like the right one, as the ids of an import do;
 * - a server whose clock is off and whose neighbour's is off by something else.
 */
function fair(drawn: Required<Omit<Readings, 'refused'>>): Partial<Readings> {
  const isShuffled = [drawn.defaultOrder, drawn.eventsOrder, drawn.ties].includes('shuffled');
  const isHiding = drawn.shortPages !== 0;
  return {
    ...drawn,
    hiddenTogether: drawn.next === 'never' ? 1 : drawn.hiddenTogether,
    beyondDepth:
      isHiding && drawn.next !== 'honest' && drawn.beyondDepth === 'empty' ? '204' : drawn.beyondDepth,
    beyondEnd: isHiding ? '204' : drawn.beyondEnd,
    cutPages: isShuffled && drawn.next !== 'honest' ? 0 : drawn.cutPages,
    defaultOrder: drawn.orderLapses === 0 ? drawn.defaultOrder : 'arbitrary',
    // Without a Date header nobody can know that the server's clock is an hour ahead.
    clockSkew: drawn.dateHeader ? drawn.clockSkew : Math.min(0, drawn.clockSkew),
    strayDate: drawn.dateHeader && drawn.clockSkew === 0 ? drawn.strayDate : 0,
  };
}
