import type { Database } from './database.ts';

export const offsetsTable = '_kommo_time_offsets';

/** A span in which the account's clock keeps one distance from UTC: from `fromAt` to before `toAt`, Unix seconds. */
export interface TimeOffset {
  fromAt: number;
  toAt: number;
  offsetSeconds: number;
}

const day = 86_400;

/** The offsets of a time zone (`America/Sao_Paulo`) from one second to another; none for a zone that is not known. */
export function timeOffsets(timeZone: string, from: number, to: number): TimeOffset[] {
  const offsetAt = clockOf(timeZone);
  if (offsetAt === undefined) return [];
  const spans: TimeOffset[] = [];
  let fromAt = from;
  let offset = offsetAt(from);
  for (let at = from; at < to; ) {
    const next = Math.min(at + day, to);
    if (offsetAt(next) !== offset) {
      const change = firstSecondAfter(at, next, (second) => offsetAt(second) !== offset);
      spans.push({ fromAt, toAt: change, offsetSeconds: offset });
      fromAt = change;
      offset = offsetAt(change);
    }
    at = next;
  }
  return fromAt < to ? [...spans, { fromAt, toAt: to, offsetSeconds: offset }] : spans;
}

/** Fills the table with the offsets, from the first second of the year of `from` to the end of the year after `to`. */
export function writeTimeOffsets(
  database: Database,
  timeZone: string | undefined,
  from: number,
  to: number,
): void {
  database.exec(
    `CREATE TABLE IF NOT EXISTS ${offsetsTable} ` +
      '(from_at INTEGER PRIMARY KEY, to_at INTEGER, offset_seconds INTEGER, utc_offset TEXT)',
  );
  const spans = timeZone === undefined ? [] : timeOffsets(timeZone, startOfYear(from), startOfYear(to, 2));
  database.exec(`DELETE FROM ${offsetsTable}`);
  const insert = database.prepare(`INSERT INTO ${offsetsTable} VALUES (?, ?, ?, ?)`);
  for (const { fromAt, toAt, offsetSeconds } of spans)
    insert.run(fromAt, toAt, offsetSeconds, written(offsetSeconds));
}

function startOfYear(second: number, later = 0): number {
  return Date.UTC(new Date(second * 1000).getUTCFullYear() + later) / 1000;
}

/** `-03:00` */
function written(offsetSeconds: number): string {
  const minutes = Math.abs(Math.round(offsetSeconds / 60));
  const two = (number: number) => `${number}`.padStart(2, '0');
  return `${offsetSeconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function firstSecondAfter(low: number, high: number, isAfter: (second: number) => boolean): number {
  let before = low;
  let after = high;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (isAfter(middle)) after = middle;
    else before = middle;
  }
  return after;
}

/** Seconds between the zone's clock and UTC at a second; undefined for a zone that is not known. */
function clockOf(timeZone: string): ((second: number) => number) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  return (second) => {
    const parts = format.formatToParts(second * 1000);
    const value = (type: Intl.DateTimeFormatPartTypes) =>
      Number(parts.find((part) => part.type === type)!.value);
    const shown = Date.UTC(
      value('year'),
      value('month') - 1,
      value('day'),
      value('hour'),
      value('minute'),
      value('second'),
    );
    return shown / 1000 - second;
  };
}
