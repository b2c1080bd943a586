import type { ShapedRecord } from '../../stream/record.ts';
import { type Database, has } from './database.ts';
import { type Marking, noteSeen, prepareMarking } from './marking.ts';
import { type Merge, mergesOf, streamsOfEntities } from './merges.ts';
import type { States } from './state.ts';

/** Told of each row that was marked as deleted (1), and of each marked one that is alive again (-1). */
export type OnMarked = (stream: string, rows: number) => void;

/**
 * Marks rows by what the log of events tells: the stream `deletions`, and merges among `events`. A record that is
 * written is alive, whatever was told: a run reads everything after the last second that its log covers is over.
 */
export interface Deletions {
  /** Writes records of a stream with `write`, then follows those of them that tell of a deletion and are new. */
  follow(stream: string, records: readonly ShapedRecord[], write: () => void): void;
  /** Notes records that this run has found alive: they outlived all that its log tells of. */
  saw(stream: string, records: readonly ShapedRecord[]): void;
  /** Follows what was told after the second `since` once more, for a table that rows were carried into. */
  followAgain(stream: string, since: number): void;
  /** Marks records that the account, asked for them by id, does not have; `at` is the second to note. */
  miss(stream: string, ids: readonly (number | string)[], at: number): void;
}

interface Told {
  kind: string;
  at: number;
}

/** What an event is about; notes of two entities may have the same id. */
interface Subject {
  id: number;
  parent: string | null;
}

export function openDeletions(database: Database, states: States, onMarked: OnMarked): Deletions {
  const markings = new Map<string, Marking | undefined>();
  const markingOf = (stream: string) => {
    if (!markings.has(stream)) {
      const isOurs = states.knows(stream) && has(database, stream);
      markings.set(stream, isOurs ? prepareMarking(database, stream) : undefined);
    }
    return markings.get(stream);
  };
  const isKnown = once(() =>
    database.prepare<[unknown], number>('SELECT 1 FROM deletions WHERE event_id = ?').pluck(),
  );
  const isKnownEvent = once(() =>
    database.prepare<[unknown], number>('SELECT 1 FROM events WHERE id = ?').pluck(),
  );
  // Of a merge it is not known whether it names the one that is gone.
  const lastTold = once(() =>
    database.prepare<[string, number, string | null], Told>(
      'SELECT kind, happened_at AS at FROM deletions WHERE entity_type = ? AND entity_id = ? AND parent_type IS ? ' +
        "AND kind <> 'merged' ORDER BY happened_at DESC, event_id DESC LIMIT 1",
    ),
  );
  const followEntity = (stream: string, { id, parent }: Subject) => {
    const marking = markingOf(stream);
    const told = marking && lastTold().get(stream, id, parent);
    if (told === undefined) return;
    const { kind, at } = told;
    if (kind === 'restored') onMarked(stream, -marking!.revive(id, at));
    else onMarked(stream, marking!.die({ id, at, parent, since: states.readSince(stream) }));
  };
  const followMerge = ({ stream, loser, winner, at }: Merge) => {
    const marking = markingOf(stream);
    if (marking === undefined) return;
    onMarked(stream, marking.die({ id: loser, at, since: states.readSince(stream) }));
    marking.nameWinner(loser, winner);
  };
  const outlived = noteSeen(database);
  return {
    saw: outlived,
    follow(stream, records, write) {
      const rows = records.map(({ data }) => data);
      if (stream === 'deletions') {
        const told = rows.filter(({ event_id }) => isKnown().get(event_id) === undefined);
        write();
        for (const { entity_type, entity_id: id, parent_type } of told) {
          const parent = typeof parent_type === 'string' ? parent_type : null;
          if (typeof entity_type === 'string' && typeof id === 'number')
            followEntity(entity_type, { id, parent });
        }
      } else if (stream === 'events') {
        const merges = rows.flatMap((row) =>
          row.type === 'entity_merged' && isKnownEvent().get(row.id) === undefined ? mergesOf(row) : [],
        );
        write();
        for (const merge of merges) followMerge(merge);
      } else write();
    },
    followAgain(stream, since) {
      if (states.knows('deletions')) {
        const subjects = database.prepare<[string, number], Subject>(
          'SELECT DISTINCT entity_id AS id, parent_type AS parent FROM deletions WHERE entity_type = ? AND happened_at > ?',
        );
        for (const subject of subjects.all(stream, since)) followEntity(stream, subject);
      }
      const entity = [...streamsOfEntities].find(([, of]) => of === stream)?.[0];
      if (entity !== undefined && states.knows('events')) {
        const events = database.prepare<[unknown, number], Record<string, unknown>>(
          "SELECT * FROM events WHERE entity_type = ? AND type = 'entity_merged' AND created_at > ?",
        );
        for (const merge of events.all(entity, since).flatMap(mergesOf)) followMerge(merge);
      }
    },
    miss(stream, ids, at) {
      const marking = markingOf(stream);
      if (marking !== undefined) for (const id of ids) onMarked(stream, marking.miss(id, at));
    },
  };
}

/** The tables come and go with the streams of a run: what asks them is made when it is needed. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
