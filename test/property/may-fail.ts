import { declarationOf } from '../../src/simulator/lists.ts';
import type { ServedList } from '../../src/simulator/served-list.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { LISTED } from '../../src/simulator/table.ts';
import type { List } from '../../src/stream/declaration.ts';
import { listsAndParents, resourceOf } from './lists.ts';
import { allReadings, type Scenario, smallestPage, streamOf } from './scenario.ts';

/** Rows that two pages have in common at least where a seam is looked at more closely. */
const seam = 8;

/** The cases in which a stream may fail, and loudly: docs/how-nothing-gets-lost.md names them. */
export const unreadableCases = [
  'no filter together with a depth',
  'one second holds more than the depth',
  'no order, no filter, and shuffled at every request',
] as const;
const [tooDeep, tooDense, shuffled] = unreadableCases;

/** Why nobody could read this account, if nobody could. */
export function unreadable(scenario: Scenario, simulator: Simulator): string | undefined {
  const lists = listsAndParents(streamOf(scenario)).filter(({ isPaged }) => isPaged);
  return lists
    .map((list) => unreadableList(list, scenario, simulator))
    .find((reason) => reason !== undefined);
}

function unreadableList(list: List, scenario: Scenario, { account }: Simulator): string | undefined {
  const { readings } = scenario;
  const { cursor, filter } = list;
  const name = resourceOf(list);
  const { table } = account.list(name);
  const rows = longest(account.list(name), list.parent !== undefined);
  const depths = allReadings(scenario).flatMap(({ maximumPage }) =>
    typeof maximumPage === 'number' ? [maximumPage] : [],
  );
  // Where a list ends on the last page that is given, nobody can tell whether it goes on.
  // A page that ends early may look like the largest that is given.
  const page = readings.cutPages === 0 ? smallestPage(scenario) : smallestPage(scenario) / 2;
  const reach = (Math.min(...depths) - 1) * page;
  const isFiltered = filter !== undefined && readings.filters === 'honoured';
  // That an end is no depth is shown by pages of higher numbers, which have to be given.
  if (!isFiltered && rows.length > reach / 2) return tooDeep;
  const isEvents = name === 'events';
  const order = isEvents ? readings.eventsOrder : (readings.defaultOrder ?? 'id');
  const isByChange = order === 'updated_at' || (order === 'id' && declarationOf(name).ownOrder !== undefined);
  const times = cursor === 'updated_at' || isByChange ? table.updatedAt : table.createdAt;
  const densest = mostAlike(rows, times);
  const isOrdered = (list.ordersById || list.ordersByCursor) && readings.order === 'honoured';
  if (densest > (isOrdered ? reach * 2 : reach / 2)) return tooDense;
  const areTiesShuffled = readings.ties === 'shuffled' && (isEvents || isByChange);
  const isShuffled =
    order === 'shuffled' || (areTiesShuffled && (isEvents || densest > smallestPage(scenario)));
  if (isOrdered) return undefined;
  // Rows of one second, which come in another order each time, may lie across the edge of a page.
  if (!isFiltered && (isShuffled || (areTiesShuffled && densest > seam))) return shuffled;
  if (!isShuffled) return undefined;
  // No filter divides a second, and what leaves it leaves no trace.
  if (!list.immutable && densest > smallestPage(scenario)) return shuffled;
  return undefined;
}

/** The rows of the longest list that is read by itself: of all, or of one parent. */
function longest(served: ServedList, isOfParents: boolean): Uint32Array {
  const rows = served.table.rowsIn(LISTED);
  if (!isOfParents) return rows;
  const families = Map.groupBy(rows, (row) => served.parentOf(row));
  const longest = [...families.values()].sort((a, b) => b.length - a.length)[0] ?? [];
  return Uint32Array.from(longest);
}
/** The most rows that have a second in common. */
function mostAlike(rows: Uint32Array, times: Uint32Array): number {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(times[row]!, (counts.get(times[row]!) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
