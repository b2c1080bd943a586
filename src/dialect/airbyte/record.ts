import type { ColumnChange, ColumnValue, ShapedRecord } from '../../sync/event.ts';

interface Change extends ColumnChange {
  reason?: 'SOURCE_RECORD_SIZE_LIMITATION';
}

const reasons = {
  NULLED: 'SOURCE_SERIALIZATION_ERROR',
  TRUNCATED: 'SOURCE_FIELD_SIZE_LIMITATION',
} as const satisfies Record<ColumnChange['change'], string>;

/** The platform takes no lines of 20,000,000 characters (airbyte.md §2.4); the envelope needs some of them. */
const longestData = 19_900_000;

/** The RECORD line of one record. Only the data is serialised: this is the one message that comes by the million. */
export function recordLine(
  stream: string,
  record: { data: ShapedRecord['data']; changes: Change[] | undefined },
  emittedAt: number,
): string {
  const data = JSON.stringify(record.data);
  if (data.length > longestData) return recordLine(stream, withoutLongestValue(record), emittedAt);
  const meta = record.changes === undefined ? '' : `,"meta":${describeChanges(record.changes)}`;
  return `{"type":"RECORD","record":{"stream":"${stream}","data":${data},"emitted_at":${emittedAt}${meta}}}`;
}

/** Says why a value is missing, so that the row survives and the destination shows the reason (airbyte.md §1.2). */
function describeChanges(changes: readonly Change[]): string {
  return JSON.stringify({
    changes: changes.map((change) => ({ reason: reasons[change.change], ...change })),
  });
}

function withoutLongestValue({
  data,
  changes = [],
}: {
  data: ShapedRecord['data'];
  changes?: Change[] | undefined;
}) {
  const length = (value: ColumnValue) => (typeof value === 'string' ? value.length : 0);
  const [field] = Object.entries(data).reduce((a, b) => (length(b[1]) > length(a[1]) ? b : a));
  const change: Change = { field, change: 'NULLED', reason: 'SOURCE_RECORD_SIZE_LIMITATION' };
  return { data: { ...data, [field]: null }, changes: [...changes, change] };
}
