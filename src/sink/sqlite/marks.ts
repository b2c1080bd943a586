import type { Stream } from '../../stream/declaration.ts';
import { type Columns, columnsOf } from './table.ts';

/** Entities of which Kommo can make one out of two; the one that is gone names the other. */
const mergeable: ReadonlySet<string> = new Set(['leads', 'contacts', 'companies', 'customers']);

/**
 * Columns of ours that say what has become of a row in Kommo. Nothing that was in the account leaves the file by
 * itself: reports need the names of users, stages and pipelines that are gone. What never changes has no marks.
 */
export function marksOf(stream: Stream): Map<string, 'INTEGER'> {
  if (stream.lists.every(({ immutable }) => immutable)) return new Map();
  const marks = new Map([[deletedAt, 'INTEGER' as const]]);
  return mergeable.has(stream.name) ? marks.set(mergedInto, 'INTEGER') : marks;
}

/** When the row was deleted, Unix seconds; null while it is alive. */
export const deletedAt = '_deleted_at';
/** The row of the same table that this one became a part of. */
export const mergedInto = '_merged_into';

/** What a marked table's columns mean, for the documentation. */
export const markDescriptions: Readonly<Record<string, string>> = {
  [deletedAt]: 'When Kommo no longer had it, Unix seconds; null while it is alive.',
  [mergedInto]: 'The record it was merged into, where Kommo tells.',
};

/** All columns of a stream's table: what Kommo sends, then the marks. */
export function tableColumns(stream: Stream): Columns {
  return new Map([...columnsOf(stream), ...marksOf(stream)]);
}

/** The condition of views of what is now. */
export function isAlive(row: string): string {
  return `${row}.${deletedAt} IS NULL`;
}
