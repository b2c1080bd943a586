export type ColumnValue = string | number | boolean | null;

/** A value that could not be delivered as its column promises. */
export interface ColumnChange {
  field: string;
  change: 'NULLED' | 'TRUNCATED';
}

export interface ShapedRecord {
  /** Every planned column, in order, null where Kommo sent nothing. */
  data: Record<string, ColumnValue>;
  changes: ColumnChange[] | undefined;
}
