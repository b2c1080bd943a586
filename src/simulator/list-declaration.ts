import type { AccountSize } from './account-size.ts';
import type { RecordBuilder, World } from './records/world.ts';

/** What a list of Kommo is like: one entry makes it served, filtered, ordered and editable. */
export interface ListDeclaration {
  /** The name under which the account, the statistics and the readings know it. */
  name: string;
  /** Below /api/v4/. */
  path: string;
  /** Where the records stand in `_embedded`. */
  key: string;
  /** Which keys stand beside them (kommo-api.md §5): `_page`; counts of rows and pages as well; the count of rows only. */
  envelope: 'page' | 'counted' | 'total';
  paged: boolean;
  /** Keys that `order[…]` obeys; others are overlooked (kommo-api.md §6). */
  orders: readonly string[];
  /** Times that may be filtered, and what a scalar means there (kommo-api.md §6). */
  dates: readonly string[];
  scalarDate: 'equal' | 'after';
  /** Filters that compare a value: the name in the query and the key in the record. */
  values: Readonly<Record<string, string>>;
  /** `with=only_deleted` shows the bin. */
  bin: boolean;
  /** A missing record by id: 204 or 404 (kommo-api.md §4). */
  missing: 204 | 404;
  /** Where a record shows its version. */
  marker: 'price' | 'duration' | 'name' | 'none';
  /** How many records the history makes; for definitions of custom fields the fields themselves decide. */
  rows(size: AccountSize): number;
  /** Ids lie above it. */
  firstId: number;
  builder(world: World): RecordBuilder;
}

/** What most lists have in common. */
export const plain = {
  envelope: 'page',
  paged: true,
  orders: [],
  dates: [],
  scalarDate: 'equal',
  values: { id: 'id' },
  bin: false,
  missing: 404,
  marker: 'name',
} as const;
