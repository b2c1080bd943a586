import type { ListDeclaration } from './list-declaration.ts';
import { PrematureEnds } from './premature-ends.ts';
import { recordText } from './record-text.ts';
import { eventRow } from './records/event.ts';
import { PRICE_STEP } from './records/lead.ts';
import { DURATION_STEP } from './records/task.ts';
import type { RecordBuilder, World } from './records/world.ts';
import { IN_BIN, type KommoRecord, type Table } from './table.ts';

/** Characters of rows that are kept ready, over all `with=` combinations of a list. */
const KEPT_CHARACTERS = 8_000_000;
const NOTHING_WANTED: ReadonlySet<string> = new Set();

/** A record in the two halves between which its own link belongs. */
interface RecordText {
  id: number | string;
  head: string;
  tail: string;
}

/** One list of an account: its rows and what they look like when served. */
export class ServedList {
  readonly declaration: ListDeclaration;
  readonly table: Table;
  readonly prematureEnds = new PrematureEnds();
  private readonly builder: RecordBuilder;
  private readonly texts = new Map<string, Map<number, RecordText>>();
  private kept = 0;

  constructor(declaration: ListDeclaration, table: Table, world: World) {
    this.declaration = declaration;
    this.table = table;
    this.builder = declaration.builder(world);
  }

  /** The record without `_links`, with `_embedded` as the request wants it. */
  record(row: number, wanted: ReadonlySet<string> = NOTHING_WANTED): KommoRecord {
    const record = this.bare(row, wanted);
    const embedded = this.embedded(row, wanted);
    return embedded === undefined ? record : { ...record, _embedded: embedded };
  }

  /** The record as text; its own link repeats the query of the list, as Kommo's do (observed-data.md §0.6). */
  text(row: number, wanted: ReadonlySet<string>, linkStart: string, linkEnd: string): string {
    const { id, head, tail } = this.parts(row, wanted);
    return `${head},"_links":{"self":{"href":"${linkStart}${id}${linkEnd}"}}${tail}`;
  }

  /** How a deleted record looks in the bin: almost all null (kommo-api.md §9). */
  binRecord(row: number): KommoRecord {
    const record = this.bare(row, NOTHING_WANTED);
    const kept = new Set(['id', 'updated_by', 'updated_at', 'account_id']);
    for (const key of Object.keys(record)) if (!kept.has(key)) record[key] = null;
    return { ...record, is_deleted: true };
  }

  /** What a row says its id is: a number, for events a text. */
  publicId(row: number): number | string {
    if (this.declaration.name !== 'events') return this.table.ids[row]!;
    return this.builder.record(row).id as string;
  }

  /** The row of an id, or -1. */
  rowOf(id: number | string): number {
    if (this.declaration.name !== 'events') return this.table.rowOf(Number(id));
    const row = eventRow(String(id));
    return row >= 0 && row < this.table.size && this.publicId(row) === id ? row : -1;
  }

  /** The version that a row would show when served. */
  version(row: number): number {
    const override = this.table.overrides.get(row);
    const marker = this.declaration.marker;
    // Whoever sets the marking field sets the version.
    if (override !== undefined && marker in override) return versionIn(this.declaration, override);
    return marker === 'none' ? 0 : this.table.versions[row]!;
  }

  /** Must be called after each change of a row. */
  forget(row: number): void {
    for (const texts of this.texts.values()) {
      const parts = texts.get(row);
      if (parts === undefined) continue;
      texts.delete(row);
      this.kept -= parts.head.length + parts.tail.length;
    }
  }

  private bare(row: number, wanted: ReadonlySet<string>): KommoRecord {
    const record = this.builder.record(row);
    const version = this.table.versions[row]!;
    if (version > 0 && this.declaration.marker === 'name') record.name = `${record.name} (${version})`;
    if (wanted.size > 0) Object.assign(record, this.builder.extra?.(row, wanted));
    const override = this.table.overrides.get(row);
    if (override !== undefined) {
      const { _embedded, ...fields } = override;
      Object.assign(record, fields);
    }
    if (this.table.states[row] === IN_BIN) record.is_deleted = true;
    return record;
  }

  private embedded(row: number, wanted: ReadonlySet<string>): KommoRecord | undefined {
    const embedded = this.builder.embedded?.(row, wanted);
    const override = this.table.overrides.get(row)?._embedded;
    return override === undefined ? embedded : { ...embedded, ...(override as object) };
  }

  private parts(row: number, wanted: ReadonlySet<string>): RecordText {
    const signature = wanted.size === 0 ? '' : [...wanted].join();
    let texts = this.texts.get(signature);
    if (texts === undefined) {
      texts = new Map();
      this.texts.set(signature, texts);
    }
    const known = texts.get(row);
    if (known !== undefined) return known;
    const embedded = this.embedded(row, wanted);
    const record = this.bare(row, wanted);
    const parts = {
      id: record.id as number | string,
      head: recordText(record).slice(0, -1),
      tail: embedded === undefined ? '}' : `,"_embedded":${JSON.stringify(embedded)}}`,
    };
    // First come, first kept: a walk over more rows than fit would otherwise push out what the next walk starts with.
    if (this.kept < KEPT_CHARACTERS) {
      texts.set(row, parts);
      this.kept += parts.head.length + parts.tail.length;
    }
    return parts;
  }
}

/** The version that a served record shows; 0 for a row nobody edited. */
export function versionIn(list: ListDeclaration, record: KommoRecord): number {
  switch (list.marker) {
    case 'price':
      return Number(record.price ?? 0) % PRICE_STEP;
    case 'duration':
      return Math.floor(Number(record.duration ?? 0) / DURATION_STEP);
    case 'name':
      return Number(/ \((\d+)\)$/.exec(String(record.name ?? ''))?.[1] ?? 0);
    default:
      return 0;
  }
}
