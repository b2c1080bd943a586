import type { Stream } from '../../stream/declaration.ts';
import { withoutBin } from './bin.ts';
import type { Database } from './database.ts';
import type { Deletions } from './deletions.ts';
import type { Lane } from './lane.ts';
import { dropRefresh } from './refresh.ts';
import { begunAt, type States } from './state.ts';
import { prepareUpsert, reviveOrReplace } from './upsert.ts';

/** Rows go into the table that everybody reads, from where the state says. */
export function goOn(database: Database, states: States, stream: Stream, deletions: Deletions): Lane {
  const { name } = stream;
  dropRefresh(database, stream);
  states.write(name, 'refresh_state', undefined);
  const before = states.read(name, 'state');
  let isFirst = before === undefined;
  // Until the first checkpoint says when this read began, everything that was told is older.
  if (isFirst) states.begin(name, 'state', Number.MAX_SAFE_INTEGER);
  const upsert = prepareUpsert(database, stream, name, reviveOrReplace(stream, { keepNewer: true }));
  const lane: Lane = {
    stream,
    take(records) {
      const alive = withoutBin(records);
      lane.changed += upsert(alive);
      if (before !== undefined) deletions.saw(name, alive);
    },
    state: before,
    advance(state) {
      if (isFirst) states.begin(name, 'state', begunAt(state));
      isFirst = false;
      states.write(name, 'state', state);
    },
    changed: 0,
    deleted: 0,
    load: undefined,
  };
  return lane;
}
