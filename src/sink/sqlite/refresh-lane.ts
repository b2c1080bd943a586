import type { Log } from '../../log.ts';
import type { Stream } from '../../stream/declaration.ts';
import type { StreamState } from '../../sync/state.ts';
import { withoutBin } from './bin.ts';
import type { Database } from './database.ts';
import type { Filling, Lane } from './lane.ts';
import { finishRefresh, type Refreshed, refreshTable, startRefresh } from './refresh.ts';
import { begunAt, type States } from './state.ts';
import { isCurrent } from './table.ts';
import { prepareUpsert, replaceOlder } from './upsert.ts';

/** Rows go into a table beside the one that everybody reads, and over into it when all are there. */
export function refresh(
  database: Database,
  states: States,
  stream: Stream,
  { startDate, deletions, log }: Filling,
): Lane {
  const { name } = stream;
  let state = states.read(name, 'refresh_state');
  if (state === undefined || state.finished === 1 || !isCurrent(database, stream, refreshTable(stream))) {
    state = undefined;
    startRefresh(database, stream);
    states.write(name, 'refresh_state', undefined);
  }
  let isFirst = state === undefined;
  let reached: StreamState | undefined;
  const table = refreshTable(stream);
  const upsert = prepareUpsert(database, stream, table, replaceOlder(stream, table));
  const lane: Lane = {
    stream,
    take: (records) => void upsert(withoutBin(records)),
    state: state ?? finishedBefore(states, name),
    advance(state) {
      if (isFirst) states.begin(name, 'refresh_state', begunAt(state));
      isFirst = false;
      reached = state;
      states.write(name, 'refresh_state', state);
    },
    changed: 0,
    deleted: 0,
    load: {
      isComplete: () => reached?.finished === 1,
      finish(uncovered) {
        const covered = { from: startDate, uncovered, at: reached!.until };
        const refreshed = finishRefresh(database, stream, covered);
        lane.changed += refreshed.changed;
        lane.deleted += refreshed.deleted;
        states.endRefresh(name, reached!);
        const since = states.refreshSince(name);
        states.begin(name, 'state', since);
        deletions.followAgain(name, since);
        noteManyDeleted(name, refreshed, log);
      },
    },
  };
  return lane;
}

/** More may mean that the token has lost a right, which looks like a deletion. */
const usualShare = 0.1;

function noteManyDeleted(name: string, { deleted, before }: Refreshed, log: Log): void {
  if (deleted <= before * usualShare) return;
  const share = `${deleted.toLocaleString('en-US')} of ${before.toLocaleString('en-US')}`;
  log(
    'warn',
    `${name}: ${share} rows are no longer in Kommo and are now marked as deleted. If that is too many, check ` +
      'what the user of the token may see; the marks go away when the records come again',
  );
}

/** What the last full read said at its end: the next one begins anew, and wants to know how much there was. */
function finishedBefore(states: States, stream: string): StreamState | undefined {
  const last = states.read(stream, 'state');
  return last?.mode === 'full_refresh' && last.finished === 1 ? last : undefined;
}
