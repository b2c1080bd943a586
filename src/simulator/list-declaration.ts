import type { AccountSize } from './account-size.ts';
import type { RecordBuilder, World } from './records/world.ts';
import type { KommoRecord } from './table.ts';

/** What can stand beside the records of an answer (kommo-api.md §5). */
export type EnvelopeKey = '_total_items' | '_page' | '_page_count' | '_count' | '_links';

/** What a list of Kommo is like: one entry makes it served, filtered, ordered and editable. */
export interface ListDeclaration {
  /** The name under which the account, the statistics and the readings know it. */
  name: string;
  /** The account's own host, or the one that it names for files. */
  host: 'account' | 'drive';
  /**
   * Below /api/v4/ or, on the Drive, below /v1.0/. `{catalogs}` stands for the id of a record of that list. Undefined
   * for what is served inside another resource.
   */
  path: string | undefined;
  /** Where the same records are also found: those of one parent only. */
  also: readonly string[];
  /** Where the records stand in `_embedded`. */
  key: string;
  /** What stands beside them, in this order. */
  envelope: readonly EnvelopeKey[];
  paged: boolean;
  /** The most rows of a page; the reading `pageCap` may say less. */
  limit: number;
  /** Keys that `order[…]` obeys; others are overlooked (kommo-api.md §6). */
  orders: readonly string[];
  /** The order of a list that nobody asked for one, unless the reading `defaultOrder` names the list. */
  ownOrder: 'updated_at-descending' | undefined;
  /** Times that may be filtered, and what a scalar means there (kommo-api.md §6). */
  dates: readonly string[];
  scalarDate: 'equal' | 'after';
  /** Filters that compare a value: the name in the query and the key in the record. */
  values: Readonly<Record<string, string>>;
  /** Parameters that are filters although they are not called so, one of which has to be there. */
  parameters: readonly string[];
  /** `with=only_deleted` shows the bin. */
  bin: boolean;
  /** The field that tells the records apart, and whether it holds a text. */
  identity: string;
  textual: boolean;
  /** The field by which one record is asked for, where that is another one. */
  byId: string | undefined;
  /** A missing record by id: 204 or 404 (kommo-api.md §4). */
  missing: 204 | 404;
  /** Where a record shows its version. */
  marker: Marker;
  /** The list whose records these belong to, and the field that names the parent. */
  parent: Parent | undefined;
  /** The record that it is about, where a reading says whether that one is touched. */
  subject: Subject | undefined;
  /** The stream that it belongs to, where that has another name or rows told apart by more than one column. */
  stream: StreamRows | undefined;
  /** How many records the history makes; `of` tells how many another list has. */
  rows(size: AccountSize, of: (list: string) => number): number;
  /** Exactly these records instead. */
  ids: ((world: World) => readonly number[]) | undefined;
  /** Ids lie above it. */
  firstId: number;
  /** The same for an account in which the reading `noteIds` lets no id repeat in another list. */
  ownFirstId: number | undefined;
  builder(world: World): RecordBuilder;
}

/**
 * A text that ends with the version in brackets (in an object the first text of it), or a number that holds the
 * version: so many of its units are one version, and the version starts again at the modulus.
 */
export type Marker = string | { field: string; unit: number; modulus: number } | undefined;

export interface Parent {
  list: string;
  field: string;
  /** What is added to a parent gives it a new `updated_at`. */
  touched: boolean;
}

/** What is done to a record of this list may touch another record. */
export interface Subject {
  doubt: 'notesTouch' | 'tasksTouch';
  /** The list and the id of that record; undefined where there is none. */
  of(record: KommoRecord): { list: string; id: number } | undefined;
}

export interface StreamRows {
  name: string;
  /** The key columns of a row, with that which only the path says. */
  key(record: KommoRecord, parent: number | string | undefined): (string | number)[];
}

/** What most lists have in common. */
export const plain = {
  host: 'account',
  also: [],
  envelope: ['_page', '_links'],
  paged: true,
  limit: 250,
  orders: [],
  ownOrder: undefined,
  dates: [],
  scalarDate: 'equal',
  values: { id: 'id' },
  parameters: [],
  bin: false,
  identity: 'id',
  textual: false,
  byId: undefined,
  missing: 404,
  marker: 'name',
  parent: undefined,
  subject: undefined,
  stream: undefined,
  rows: () => 0,
  ids: undefined,
  firstId: 0,
  ownFirstId: undefined,
} as const;

/** Envelopes as they were seen (observed-data.md §1). */
export const counted = ['_total_items', '_page', '_page_count', '_links'] as const;
export const total = ['_total_items', '_links'] as const;
