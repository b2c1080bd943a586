import type { ColumnChange, ShapedRecord } from '../../sync/event.ts';

const reasons = {
  NULLED: 'SOURCE_SERIALIZATION_ERROR',
  TRUNCATED: 'SOURCE_FIELD_SIZE_LIMITATION',
} as const satisfies Record<ColumnChange['change'], string>;

/** The RECORD line of one record. Only the data is serialised: this is the one message that comes by the million. */
export function recordLine(stream: string, record: ShapedRecord, emittedAt: number): string {
  const head = `{"type":"RECORD","record":{"stream":"${stream}","data":${JSON.stringify(record.data)}`;
  const meta = record.changes === undefined ? '' : `,"meta":${describeChanges(record.changes)}`;
  return `${head},"emitted_at":${emittedAt}${meta}}}`;
}

/** Says why a value is missing, so that the row survives and the destination shows the reason (airbyte.md §1.2). */
function describeChanges(changes: readonly ColumnChange[]): string {
  return JSON.stringify({
    changes: changes.map((change) => ({ ...change, reason: reasons[change.change] })),
  });
}
