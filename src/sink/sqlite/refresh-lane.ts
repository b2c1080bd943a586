import type { Log } from '../../log.ts';
import type { Stream } from '../../stream/declaration.ts';
import type { StreamState } from '../../sync/state.ts';
import { withoutBin } from './bin.ts';
import type { Database } from './database.ts';
import type { Filling, Lane } from './lane.ts';
import { notePresent } from './present-rows.ts';
import { finishRefresh, type Refreshed, refreshTable, startRefresh, unfinishedRefresh } from './refresh.ts';
import { begunAt, type States } from './state.ts';
import { prepareUpsert, replaceOlder } from './upsert.ts';

/** Rows go into a table beside the one that everybody reads, and over into it when all are there. */
export function refresh(
  database: Database,
  states: States,
  stream: Stream,
  { startDate, deletions, clock, log }: Filling,
): Lane {
  const { name } = stream;
  const table = refreshTable(stream);
  const state = unfinishedRefresh(database, states, stream, clock);
  if (state === undefined) {
    startRefresh(database, stream);
    states.write(name, 'refresh_state', undefined);
  }
  // What earlier runs have loaded may be gone: of that, only what is seen again counts.
  const present = state && notePresent(database, stream);
  let reached: StreamState | undefined;
  const upsert = prepareUpsert(database, stream, table, replaceOlder(stream, table));
  const lane: Lane = {
    stream,
    take(records) {
      const alive = withoutBin(records);
      upsert(alive);
      present?.note(alive);
    },
    state: state ?? finishedBefore(states, name),
    advance(state) {
      reached = state;
      states.write(name, 'refresh_state', state);
    },
    changed: 0,
    deleted: 0,
    load: {
      see: (records) => present?.note(withoutBin(records)),
      isComplete: () => reached?.finished === 1,
      finish(uncovered) {
        present?.keepIn(table);
        const since = begunAt(reached!);
        // What has come back since its place was read is not in the load.
        const covered = { from: startDate, uncovered, at: since, seen: present?.holds(name) };
        const refreshed = finishRefresh(database, stream, covered);
        lane.changed += refreshed.changed;
        lane.deleted += refreshed.deleted;
        states.endRefresh(name, reached!);
        states.begin(name, since);
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
