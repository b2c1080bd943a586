import type { ShapedRecord } from '../../stream/record.ts';
import { type Database, quote } from './database.ts';
import { deletedAt, mergedInto } from './marks.ts';

/** A record that was deleted at the second `at`, by the log of events. */
export interface Death {
  id: number | string;
  at: number;
  /** The entity that a note belonged to: ids of notes may be the same in two of them. */
  parent?: string | null;
  /** The table was read in full after this second was over: a row that is alive in it outlived what came before. */
  since: number;
}

/** Marks rows of one table. Each gives the number of rows that it changed from alive to deleted, or back. */
export interface Marking {
  die(death: Death): number;
  revive(id: number | string, at: number): number;
  nameWinner(loser: number, winner: number): void;
  /** For a record that is known to be gone, whatever it was before. */
  miss(id: number | string, at: number): number;
}

/** Makes the table of what was seen alive in this run; prepareMarking reads it. */
export function noteSeen(database: Database): (table: string, records: readonly ShapedRecord[]) => void {
  database.exec(
    `CREATE TEMP TABLE ${seen} (name TEXT, id INTEGER, parent TEXT, PRIMARY KEY (name, id, parent)) WITHOUT ROWID`,
  );
  const note = database.prepare(`INSERT OR IGNORE INTO ${seen} VALUES (?, ?, ?)`);
  return (table, records) => {
    for (const { data } of records)
      if (typeof data.id === 'number') note.run(table, data.id, data.entity_type ?? '');
  };
}

const seen = 'temp._kommo_seen';

export function prepareMarking(database: Database, table: string): Marking {
  const columns = new Set(
    database.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table),
  );
  const name = quote(table);
  const isIts = columns.has('entity_type')
    ? 'id = @id AND (@parent IS NULL OR entity_type = @parent)'
    : 'id = @id';
  // What was changed after its deletion is not deleted any more.
  const isUntouched = columns.has('updated_at') ? 'coalesce(updated_at, 0) <= @at' : 'true';
  const parentOf = columns.has('entity_type') ? "coalesce(entity_type, '')" : "''";
  const wasSeen = `SELECT 1 FROM ${seen} AS seen WHERE seen.name = @table AND seen.id = @id AND seen.parent = ${parentOf}`;
  const die = database.prepare(
    `UPDATE ${name} SET ${deletedAt} = @at WHERE ${isIts} AND ${isUntouched} AND ` +
      `${deletedAt} IS NULL AND @at > @since AND NOT EXISTS (${wasSeen})`,
  );
  // A full read notes when it missed the record; the log knows when it was deleted.
  const date = database.prepare(
    `UPDATE ${name} SET ${deletedAt} = @at WHERE ${isIts} AND ${isUntouched} AND ${deletedAt} > @at`,
  );
  const clear = columns.has(mergedInto) ? `${deletedAt} = NULL, ${mergedInto} = NULL` : `${deletedAt} = NULL`;
  const revive = database.prepare(`UPDATE ${name} SET ${clear} WHERE id = @id AND ${deletedAt} <= @at`);
  const miss = database.prepare(
    `UPDATE ${name} SET ${deletedAt} = @at WHERE id = @id AND ${deletedAt} IS NULL`,
  );
  const nameWinner = columns.has(mergedInto)
    ? database.prepare(
        `UPDATE ${name} SET ${mergedInto} = @winner WHERE id = @id AND ${deletedAt} IS NOT NULL`,
      )
    : undefined;
  return {
    die({ id, at, parent = null, since }) {
      date.run({ id, at, parent });
      return die.run({ id, at, parent, since, table }).changes;
    },
    revive: (id, at) => revive.run({ id, at }).changes,
    nameWinner: (id, winner) => void nameWinner?.run({ id, winner }),
    miss: (id, at) => miss.run({ id, at }).changes,
  };
}
