import type { List, Parent } from '../stream/declaration.ts';
import type { Coverage } from './coverage.ts';
import type { Part } from './event.ts';
import type { ParentId } from './parents-done.ts';
import { pathSegment } from './path-segment.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** One list of a family: that of one parent, or one request's worth of many parents. */
export interface Child {
  /** Its parents, in order. */
  readonly ids: readonly ParentId[];
  readonly list: List;
  /** Columns that all its records bear. */
  readonly adds: Part;
  /** What of it is to be read; undefined for all. */
  readonly coverage: Coverage | undefined;
}

const placeholder = /\{(\w+)\}/g;

/** What of a parent's row its list is asked with and its records bear; undefined where that is its id alone. */
export function fieldsBesideId(list: List, parent: Parent, row: Fields): Fields | undefined {
  const inPath = [...list.path.matchAll(placeholder)].map(([, field]) => field!);
  const needed = [...Object.values(parent.adds), ...inPath];
  if (needed.every((field) => field === parent.list.identity[0])) return undefined;
  return Object.fromEntries(needed.map((field) => [field, row[field]]));
}

/** The list of the parents `ids`, of which the first has these fields. */
export function placed(
  list: List,
  { adds, many }: Parent,
  ids: readonly ParentId[],
  fields: Fields,
): Pick<Child, 'list' | 'adds'> {
  if (many !== undefined) {
    const query = { ...list.query, [many.parameter]: ids.map(String) };
    return { list: { ...list, query }, adds: list.adds };
  }
  const path = list.path.replaceAll(placeholder, (_, field) => pathSegment(fields[field]));
  const own = Object.entries(adds).map(([column, field]) => [column, fields[field]]);
  return { list: { ...list, path }, adds: { ...list.adds, ...Object.fromEntries(own) } };
}
