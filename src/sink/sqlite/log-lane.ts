import type { Stream } from '../../stream/declaration.ts';
import type { StreamState } from '../../sync/state.ts';
import type { Database } from './database.ts';
import type { Lane } from './lane.ts';
import type { States } from './state.ts';
import { prepareUpsert, replaceOlder } from './upsert.ts';

/**
 * A log is read anew into its own table: what happened neither changes nor goes away, so that there is nothing to
 * keep from readers until the end.
 */
export function readLogAnew(database: Database, states: States, stream: Stream): Lane {
  const { name } = stream;
  const upsert = prepareUpsert(database, stream, name, replaceOlder(stream, name));
  let reached: StreamState | undefined;
  const lane: Lane = {
    stream,
    take(records) {
      lane.changed += upsert(records);
    },
    state: states.read(name, 'refresh_state'),
    advance(state) {
      reached = state;
      states.write(name, 'refresh_state', state);
    },
    changed: 0,
    deleted: 0,
    load: {
      see() {},
      isComplete: () => reached?.finished === 1,
      finish() {
        states.endRefresh(name, reached!);
      },
    },
  };
  return lane;
}
