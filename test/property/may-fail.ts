import type { Simulator } from '../../src/simulator/simulator.ts';
import { LISTED } from '../../src/simulator/table.ts';
import { allReadings, listOf, type Scenario, smallestPage, streamOf } from './scenario.ts';

/**
 * Why nobody could read this account, if nobody could: there a stream may fail, and loudly. Reasons are those that
 * docs/how-nothing-gets-lost.md names.
 */
export function unreadable(scenario: Scenario, { account }: Simulator): string | undefined {
  const { readings } = scenario;
  const { cursor } = streamOf(scenario);
  const { table } = account.list(listOf(scenario));
  const rows = table.rowsIn(LISTED);
  const depths = allReadings(scenario).flatMap(({ maximumPage }) =>
    typeof maximumPage === 'number' ? [maximumPage] : [],
  );
  // Where a list ends on the last page that is given, nobody can tell whether it goes on.
  const reach = (Math.min(...depths) - 1) * smallestPage(scenario);
  const isFiltered = cursor !== undefined && readings.filters === 'honoured';
  if (!isFiltered && rows.length > reach) return 'no filter together with a depth';
  const isEvents = scenario.stream === 'events';
  const times = cursor === 'updated_at' ? table.updatedAt : table.createdAt;
  const densest = mostAlike(rows, times);
  const bothWays = !isEvents && readings.order === 'honoured';
  if (densest > reach * (bothWays ? 2 : 1)) return 'one second holds more than the depth';
  const order = isEvents ? readings.eventsOrder : readings.defaultOrder;
  const isOrdered = cursor !== undefined && !isEvents && readings.order === 'honoured';
  const isShuffled = order === 'shuffled' || (isEvents && readings.ties === 'shuffled');
  if (isOrdered || !isShuffled) return undefined;
  if (!isFiltered) return 'no order, no filter, and shuffled at every request';
  // No filter divides a second, and what leaves it leaves no trace.
  if (!isEvents && densest > smallestPage(scenario))
    return 'no order, no filter, and shuffled at every request';
  return undefined;
}

/** The most rows that have a second in common. */
function mostAlike(rows: Uint32Array, times: Uint32Array): number {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(times[row]!, (counts.get(times[row]!) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
