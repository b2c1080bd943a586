import type { Stream } from './declaration.ts';
import type { ColumnChange, ColumnValue, ShapedRecord } from './record.ts';
import { columnType, type JsonType } from './schema.ts';

export interface Shaper {
  /** The record that a row of Kommo becomes. Never throws: a value that fits no column is null and reported. */
  shape(row: Record<string, unknown>): ShapedRecord;
}

/**
 * Builds the shaper of a stream for the given columns. `onUnknown` hears once of each field that Kommo sends and
 * the schema does not know.
 */
export function createShaper(
  stream: Pick<Stream, 'schema' | 'sentAs' | 'redundant'>,
  columns: readonly string[],
  onUnknown: (field: string) => void,
): Shaper {
  const { properties } = stream.schema;
  const plan = columns.map((name) => ({
    name,
    field: stream.sentAs[name] ?? name,
    convert: converters[columnType(properties[name]!)],
  }));
  // Copies of a parsed object keep its layout; objects that grow column by column become slow hash tables in V8.
  const blank: ShapedRecord['data'] = JSON.parse(
    JSON.stringify(Object.fromEntries(columns.map((name) => [name, null]))),
  );
  const known = new Set([
    ...Object.keys(properties),
    ...Object.values(stream.sentAs),
    ...stream.redundant,
    '_embedded',
    '_links',
  ]);
  const note = (fields: Record<string, unknown>) => {
    for (const field in fields) {
      if (known.has(field)) continue;
      known.add(field);
      onUnknown(field);
    }
  };
  return {
    shape(row) {
      const embedded = (row._embedded ?? {}) as Record<string, unknown>;
      note(row);
      note(embedded);
      const data = { ...blank };
      let changes: ColumnChange[] | undefined;
      for (const { name, field, convert } of plan) {
        const value = row[field] ?? embedded[field];
        if (value === null || value === undefined) continue;
        const converted = convert(value);
        if (converted !== undefined) data[name] = converted;
        else {
          changes ??= [];
          changes.push({ field: name, change: 'NULLED' });
        }
      }
      return { data, changes };
    },
  };
}

/** Each returns undefined for a value that it cannot turn into its type without inventing something. */
const converters: Record<JsonType, (value: unknown) => ColumnValue | undefined> = {
  integer: (value) => toNumber(value, Number.isSafeInteger),
  number: (value) => toNumber(value, Number.isFinite),
  boolean: toBoolean,
  string: toText,
  object: toText,
  array: toText,
  null: () => undefined,
};

function toNumber(value: unknown, accepts: (number: number) => boolean): number | null | undefined {
  if (typeof value === 'number') return accepts(value) ? value : undefined;
  if (value === '') return null;
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?$/.test(value)) return undefined;
  return accepts(Number(value)) ? Number(value) : undefined;
}

function toBoolean(value: unknown): boolean | null | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === '1' || value === 'true') return true;
  if (value === 0 || value === '0' || value === 'false') return false;
  return value === '' ? null : undefined;
}

function toText(value: unknown): string {
  if (typeof value === 'string') return clean(value);
  if (typeof value !== 'object') return String(value);
  const bare = Array.isArray(value) ? value.map(withoutLinks) : withoutLinks(value);
  const text = JSON.stringify(bare);
  return text.includes('\\u') && troublesomeEscape.test(text)
    ? JSON.stringify(bare, (_, inner) => cleanDeep(inner))
    : text;
}

/** Links repeat the query of the list, so that the same record would differ from run to run (observed-data.md §0). */
function withoutLinks(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('_links' in value)) return value;
  const { _links, ...rest } = value;
  return rest;
}

/** What JSON.stringify writes for U+0000 and for halves of surrogate pairs, inside values and inside keys. */
const troublesomeEscape = /\\u0000|\\ud[89a-f]/;

function cleanDeep(value: unknown): unknown {
  if (typeof value === 'string') return clean(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [clean(key), inner]));
}

/** Targets die of half surrogate pairs, PostgreSQL of U+0000 (singer.md §1.1). */
function clean(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed;
}
