import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Emit, SyncEvent } from '../../sync/event.ts';
import type { StreamState } from '../../sync/state.ts';
import { claimFile, type FileAccount, requireClaim } from './account.ts';
import { type Database, openForWriting, type Pragmas, quote } from './database.ts';
import { type Deletions, openDeletions } from './deletions.ts';
import { toUserError } from './failure.ts';
import { createIndexes } from './indexes.ts';
import { type Lane, type LaneStream, prepareLane } from './lane.ts';
import { deletedAt, marksOf } from './marks.ts';
import { nameOwnersRule } from './refused-row.ts';
import { openStates } from './state.ts';
import { writeTimeOffsets } from './time-offsets.ts';
import { viewsOf } from './views/catalogue.ts';
import { fieldsTable } from './views/fields.ts';
import { keepFieldsById } from './views/fields-by-id.ts';
import { createViews } from './views/view.ts';

export interface SqliteSinkOptions {
  path: string;
  account: FileAccount;
  streams: readonly LaneStream[];
  /** What changed last before this second is not asked for; undefined where everything is. Unix seconds. */
  startDate?: number | undefined;
  clock: Clock;
  log: Log;
  /** Settings of the connection that differ from ours. */
  pragmas?: Pragmas;
}

/** A SQLite file that follows a run: each checkpoint commits its state together with the rows before it. */
export interface SqliteSink {
  /** Where to go on with a stream; undefined for a fresh start. */
  state(stream: string): StreamState | undefined;
  emit: Emit;
  /** Rows of the stream that are alive now, how many this run added or changed, and how many it found deleted. */
  count(stream: string): { rows: number; changed: number; deleted: number };
  /** Removes the rows that are marked as deleted, and says how many. */
  prune(stream: string): number;
  /** Ends the run; what no checkpoint covers yet is taken back. */
  close(): void;
}

/**
 * Opens or creates the file for one run: tables and views are there afterwards, and no other run can write it
 * unnoticed. Throws a ConfigError or TransientError of one line when that is not possible.
 */
export function openSqliteSink(options: SqliteSinkOptions): SqliteSink {
  const { path, account } = options;
  const run = randomUUID();
  return openForWriting(path, options.pragmas ?? {}, (database) => {
    const lanes = new Map<string, Lane>();
    const deletions = database
      .transaction(() => {
        claimFile(database, path, account, run);
        const now = options.clock.now() / 1000;
        writeTimeOffsets(database, account.timeZone, account.createdAt ?? now, now);
        const states = openStates(database, options.clock, options.log);
        const deletions = openDeletions(database, states, (stream, rows) => {
          const lane = lanes.get(stream);
          if (lane !== undefined && rows > 0) lane.deleted += rows;
          else if (lane !== undefined) lane.changed -= rows;
        });
        // Before anything is written: a trigger of ours without its table would let no row in.
        keepFieldsById(database);
        for (const planned of options.streams) {
          try {
            const lane = prepareLane(database, states, planned, { ...options, deletions });
            lanes.set(planned.stream.name, lane);
          } catch (error) {
            throw nameOwnersRule(database, path, planned.stream.name, error);
          }
        }
        createIndexes(database);
        keepFieldsById(database);
        createViews(database, viewsOf, options.log);
        return deletions;
      })
      .immediate();
    return createSink({
      database,
      path,
      log: options.log,
      lanes,
      deletions,
      requireOwnClaim: requireClaim(database, path, run),
    });
  });
}

function isWhole({ error, unavailable }: Extract<SyncEvent, { type: 'finished' }>): boolean {
  return error === undefined && unavailable === undefined;
}

interface Parts {
  database: Database;
  path: string;
  log: Log;
  lanes: ReadonlyMap<string, Lane>;
  deletions: Deletions;
  requireOwnClaim: () => void;
}

function createSink({ database, path, log, lanes, deletions, requireOwnClaim }: Parts): SqliteSink {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const enter = () => {
    if (database.inTransaction) return;
    begin.run();
    requireOwnClaim();
  };
  const rollBack = () => {
    if (database.inTransaction) database.exec('ROLLBACK');
  };
  const take = (event: SyncEvent) => {
    const lane = 'stream' in event ? lanes.get(event.stream) : undefined;
    if (lane === undefined) return;
    if (event.type === 'records') {
      enter();
      deletions.follow(event.stream, event.records, () => lane.take(event.records));
    } else if (event.type === 'present') {
      enter();
      lane.load?.see(event.records);
    } else if (event.type === 'gone') {
      enter();
      deletions.miss(event.stream, event.ids, event.at);
    } else if (event.type === 'checkpoint') {
      enter();
      lane.advance(event.state);
      // Commits rows of other streams too. They are ahead of their state then, which only repeats them.
      commit.run();
    } else if (event.type === 'finished' && isWhole(event) && lane.load?.isComplete()) {
      enter();
      lane.load.finish(event.uncovered ?? []);
      // Some views have a column for each custom field.
      if (event.stream === fieldsTable) createViews(database, viewsOf, log);
      commit.run();
    }
  };
  const explain = (error: unknown, table: string | undefined) =>
    toUserError(table === undefined ? error : nameOwnersRule(database, path, table, error), path);
  return {
    state: (stream) => lanes.get(stream)?.state,
    async emit(event) {
      try {
        take(event);
      } catch (error) {
        rollBack();
        throw explain(error, 'stream' in event ? event.stream : undefined);
      }
    },
    count(stream) {
      const { changed, deleted, stream: declared } = lanes.get(stream)!;
      const living = marksOf(declared).size === 0 ? '' : `WHERE ${deletedAt} IS NULL`;
      const rows = database
        .prepare<[], number>(`SELECT count(*) FROM ${quote(stream)} ${living}`)
        .pluck()
        .get()!;
      return { rows, changed, deleted };
    },
    prune(stream) {
      if (marksOf(lanes.get(stream)!.stream).size === 0) return 0;
      try {
        return database.prepare(`DELETE FROM ${quote(stream)} WHERE ${deletedAt} IS NOT NULL`).run().changes;
      } catch (error) {
        throw explain(error, stream);
      }
    },
    close() {
      rollBack();
      database.close();
    },
  };
}
