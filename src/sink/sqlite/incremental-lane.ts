import type { Stream } from '../../stream/declaration.ts';
import { withoutBin } from './bin.ts';
import type { Database } from './database.ts';
import type { Filling, Lane } from './lane.ts';
import { dropRefresh, refreshTable, unfinishedRefresh } from './refresh.ts';
import { begunAt, type States } from './state.ts';
import { prepareUpsert, replaceOlder, reviveOrReplace } from './upsert.ts';

/**
 * Rows go into the table that everybody reads, from where the state says; and beside it, where a full refresh was cut
 * off, so that it does not bring back what they were like before.
 */
export function goOn(
  database: Database,
  states: States,
  stream: Stream,
  { deletions, clock }: Filling,
): Lane {
  const { name } = stream;
  const load = refreshTable(stream);
  const hasLoad = unfinishedRefresh(database, states, stream, clock) !== undefined;
  if (!hasLoad) {
    dropRefresh(database, stream);
    states.write(name, 'refresh_state', undefined);
  }
  const upsertBeside =
    hasLoad && load !== name ? prepareUpsert(database, stream, load, replaceOlder(stream, load)) : undefined;
  const before = states.read(name, 'state');
  let isFirst = before === undefined;
  // Until the first checkpoint says when this read began, everything that was told is older.
  if (isFirst) states.begin(name, Number.MAX_SAFE_INTEGER);
  const upsert = prepareUpsert(database, stream, name, reviveOrReplace(stream, { keepNewer: true }));
  const lane: Lane = {
    stream,
    take(records) {
      const alive = withoutBin(records);
      lane.changed += upsert(alive);
      upsertBeside?.(alive);
      if (before !== undefined) deletions.saw(name, alive);
    },
    state: before,
    advance(state) {
      if (isFirst) states.begin(name, begunAt(state));
      isFirst = false;
      states.write(name, 'state', state);
    },
    changed: 0,
    deleted: 0,
    load: undefined,
  };
  return lane;
}
