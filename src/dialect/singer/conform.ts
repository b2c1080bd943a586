import { type Column, columnType } from '../../stream/schema.ts';
import type { ColumnValue } from '../../sync/event.ts';
import { type SchemaNode, typesOf } from './json-schema.ts';

export type Convert = (value: ColumnValue) => unknown;

const asIs: Convert = (value) => value;

/**
 * How values of `column` become what an edited schema promises of them: JSON text turns into the objects and
 * arrays it stands for, Unix seconds into a date-time, scalars into text. Undefined where no value could.
 */
export function conversion(column: Column, wanted: SchemaNode): Convert | undefined {
  const types = typesOf(wanted);
  const from = columnType(column);
  if (types.length === 0 || types.includes(from)) return asIs;
  if (from === 'integer' && types.includes('number')) return asIs;
  if (from === 'string') {
    if (!types.includes('object') && !types.includes('array')) return undefined;
    return (text) => (typeof text === 'string' ? parsed(text, wanted) : null);
  }
  if (!types.includes('string')) return undefined;
  if (wanted.format === undefined) return (value) => (value === null ? null : String(value));
  if (wanted.format !== 'date-time' || from !== 'integer') return undefined;
  return (seconds) => (typeof seconds === 'number' ? dateTime(seconds) : null);
}

export function isAsIs(convert: Convert): boolean {
  return convert === asIs;
}

function dateTime(seconds: number): string | null {
  const date = new Date(seconds * 1000);
  // Kommo writes "no date" as 0, and targets stop at years of five digits (singer.md §0.7).
  if (seconds <= 0 || Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999) return null;
  return date.toISOString();
}

function parsed(text: string, wanted: SchemaNode): unknown {
  try {
    return cut(JSON.parse(text), wanted);
  } catch {
    return null;
  }
}

/** `value` without what `schema` does not name: targets refuse fields that they were not told of. */
function cut(value: unknown, schema: SchemaNode): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item) => cut(item, items));
  }
  if (typeof value !== 'object' || value === null || schema.properties === undefined) return value;
  const source = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(schema.properties).map(([name, node]) => [name, cut(source[name] ?? null, node)]),
  );
}
