import type { ShapedRecord } from '../../stream/record.ts';

/** What a row of the bin still holds (kommo-api.md §9). */
const kept = new Set(['id', 'updated_at', 'updated_by', 'account_id', 'is_deleted']);

/** The records but for rows of the bin, which hold next to nothing and would wipe out what is known of the record. */
export function withoutBin(records: readonly ShapedRecord[]): readonly ShapedRecord[] {
  return records.filter(
    ({ data }) =>
      data.is_deleted !== true ||
      Object.entries(data).some(([name, value]) => value !== null && !kept.has(name)),
  );
}
