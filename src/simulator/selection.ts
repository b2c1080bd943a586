import type { Condition, SecondRange, ValueOf } from './filters.ts';
import { mix, shuffle } from './random.ts';
import { IN_BIN, LISTED, type Table } from './table.ts';

/** How the rows of an answer are ordered. */
export type RowOrder =
  | { by: 'id'; descending: boolean }
  | TimeOrder
  | { by: 'value'; key: string; descending: boolean }
  | { by: 'arbitrary' | 'shuffled' };

interface TimeOrder {
  by: 'created' | 'updated';
  descending: boolean;
}

/** Everything that decides which rows a page holds. */
export interface Selection {
  condition: Condition;
  order: RowOrder;
  ties: 'id' | 'reversed' | 'shuffled';
  bin: boolean;
  /** What the record of a row says under a key. */
  valueOf(row: number): ValueOf;
  rowOfId(id: string): number;
  /** Leaves rows out that a reading hides, as archived pipelines. */
  hidden?: ((row: number) => boolean) | undefined;
  random(): number;
}

/** Rows of an ordered list, by position. */
export interface SelectedRows {
  count: number;
  slice(start: number, end: number): ArrayLike<number>;
}

/**
 * Finds the rows that an answer is taken from, against the data of this moment. A time order with at most a range of
 * the same time is read from the table's index; all else is collected and sorted.
 */
export function selectRows(table: Table, selection: Selection): SelectedRows {
  const { condition, order } = selection;
  const timeOrder = order.by === 'created' || order.by === 'updated' ? order : undefined;
  const onlyOwnRange =
    timeOrder !== undefined &&
    !selection.bin &&
    condition.tests.length === 0 &&
    condition.ids === undefined &&
    selection.hidden === undefined &&
    (timeOrder.by === 'created' ? condition.updated : condition.created) === undefined;
  if (onlyOwnRange) return selectFromIndex(table, selection, timeOrder);
  const rows = collectRows(table, selection);
  return { count: rows.length, slice: (start, end) => rows.slice(start, end) };
}

function selectFromIndex(table: Table, selection: Selection, order: TimeOrder): SelectedRows {
  const index = table.orderedBy(order.by);
  const range = selection.condition[order.by];
  const low = range === undefined ? 0 : index.before(range.low);
  const high = range === undefined ? index.size : index.before(range.high + 1);
  const count = Math.max(0, high - low);
  return {
    count,
    slice(start, end) {
      const last = Math.min(end, count);
      if (selection.ties === 'id') {
        if (!order.descending) return index.slice(low + start, low + last);
        return index.slice(high - last, high - start).reverse();
      }
      const rows: number[] = [];
      let place = start;
      while (place < last) {
        const second = index.secondAt(order.descending ? high - 1 - place : low + place);
        const groupStart = Math.max(low, index.before(second));
        const groupEnd = Math.min(high, index.before(second + 1));
        const group = index.slice(groupStart, groupEnd);
        if (selection.ties === 'shuffled') shuffle(group, selection.random);
        else if (!order.descending) group.reverse();
        const groupPlace = order.descending ? high - groupEnd : groupStart - low;
        const part = group.slice(place - groupPlace, last - groupPlace);
        for (const row of part) rows.push(row);
        place += part.length;
      }
      return rows;
    },
  };
}

interface Kept {
  key: string;
  rows: Uint32Array;
}
/** The last selections of each table: following pages of an unchanged list need no second search. */
const kept = new WeakMap<Table, Kept[]>();

function collectRows(table: Table, selection: Selection): Uint32Array {
  const { condition, order } = selection;
  const state = selection.bin ? IN_BIN : LISTED;
  const simple =
    condition.tests.length === 0 && condition.ids === undefined && selection.hidden === undefined;
  const unconditional = simple && condition.created === undefined && condition.updated === undefined;
  if (unconditional && order.by === 'id' && !order.descending) return table.rowsIn(state);
  const repeatable = simple && order.by !== 'shuffled' && selection.ties !== 'shuffled';
  if (!repeatable) return sortRows(table, selection, matchingRows(table, selection, state));
  const key = JSON.stringify([
    table.revision,
    state,
    condition.created,
    condition.updated,
    order,
    selection.ties,
  ]);
  const entries = kept.get(table) ?? [];
  const known = entries.find((entry) => entry.key === key);
  if (known !== undefined) return known.rows;
  const rows = sortRows(table, selection, matchingRows(table, selection, state));
  kept.set(table, [{ key, rows }, ...entries.slice(0, 3)]);
  return rows;
}

function matchingRows(table: Table, selection: Selection, state: number): Uint32Array {
  const { condition } = selection;
  const rows: Uint32Array =
    condition.ids === undefined ? table.rowsIn(state) : namedRows(table, selection, condition.ids, state);
  const created = condition.created ?? EVERYTHING;
  const updated = condition.updated ?? EVERYTHING;
  const { createdAt, updatedAt } = table;
  const found = new Uint32Array(rows.length);
  let count = 0;
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    if (updatedAt[row]! < updated.low || updatedAt[row]! > updated.high) continue;
    if (createdAt[row]! < created.low || createdAt[row]! > created.high) continue;
    if (selection.hidden?.(row)) continue;
    if (condition.tests.length > 0) {
      const value = selection.valueOf(row);
      if (!condition.tests.every((test) => test(value))) continue;
    }
    found[count++] = row;
  }
  return found.subarray(0, count);
}

const EVERYTHING: SecondRange = { low: 0, high: Number.POSITIVE_INFINITY };

function namedRows(table: Table, selection: Selection, ids: string[], state: number): Uint32Array {
  const rows = new Set(
    ids.map((id) => selection.rowOfId(id)).filter((row) => row >= 0 && table.states[row] === state),
  );
  return Uint32Array.from(rows).sort();
}

/** Sorts rows that come by rising id; the fresh array is the caller's. */
function sortRows(table: Table, selection: Selection, rows: Uint32Array): Uint32Array {
  const { order, ties, random } = selection;
  if (order.by === 'shuffled') {
    shuffle(rows, random);
    return rows;
  }
  if (order.by === 'id') return order.descending ? rows.reverse() : rows;
  const keyOf = sortKey(table, selection);
  const descending = 'descending' in order && order.descending;
  const direction = descending ? -1 : 1;
  // A falling order is the rising one read backwards, ties included, unless they are read otherwise.
  if (ties === 'shuffled') shuffle(rows, random);
  else if ((ties === 'reversed') !== descending) rows.reverse();
  const keyed = Array.from(rows, (row) => ({ row, key: keyOf(row) }));
  keyed.sort((left, right) => (left.key - right.key) * direction);
  return Uint32Array.from(keyed, (entry) => entry.row);
}

function sortKey(table: Table, selection: Selection): (row: number) => number {
  const { order } = selection;
  if (order.by === 'created') return (row) => table.createdAt[row]!;
  if (order.by === 'updated') return (row) => table.updatedAt[row]!;
  if (order.by === 'value') return (row) => Number(selection.valueOf(row)(order.key) ?? 0);
  return (row) => mix(4711, row, 9);
}
