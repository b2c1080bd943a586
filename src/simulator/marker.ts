import type { Marker } from './list-declaration.ts';
import type { KommoRecord } from './table.ts';

const BRACKETS = / \((\d+)\)(?=$|")/;

/** The version that a served or stored record shows; 0 for one nobody edited. */
export function versionIn(marker: Marker, record: KommoRecord): number {
  if (marker === undefined) return 0;
  if (typeof marker === 'string') {
    const value = record[marker] ?? '';
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return Number(BRACKETS.exec(text)?.[1] ?? 0);
  }
  return Math.floor(Number(record[marker.field] ?? 0) / marker.unit) % marker.modulus;
}

/** The field in which a record shows its version. */
export function markedField(marker: Marker): string | undefined {
  return typeof marker === 'object' ? marker.field : marker;
}

/** Lets a record show its version, where that is a text; numbers are the affair of those who make the record. */
export function mark(marker: Marker, record: KommoRecord, version: number): void {
  if (version === 0 || typeof marker !== 'string') return;
  record[marker] = marked(record[marker], version);
}

function marked(value: unknown, version: number): unknown {
  if (typeof value !== 'object' || value === null) return `${value ?? ''} (${version})`;
  const entries = Object.entries(value);
  const [name, text] = entries.find(([, part]) => typeof part === 'string') ?? ['text', ''];
  return { ...Object.fromEntries(entries), [name]: `${text} (${version})` };
}
