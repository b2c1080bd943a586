import type { ListDeclaration } from './list-declaration.ts';
import { mark, markedField, versionIn } from './marker.ts';
import { PrematureEnds } from './premature-ends.ts';
import { recordText } from './record-text.ts';
import { type RecordBuilder, tableOf, type World } from './records/world.ts';
import { RowMemory } from './row-memory.ts';
import { IN_BIN, type KommoRecord, LISTED, type Table } from './table.ts';

/** Characters of rows that are kept ready, over all `with=` combinations of a list. */
const KEPT_CHARACTERS = 8_000_000;
const NOTHING_WANTED: ReadonlySet<string> = new Set();

/** A record in the two halves between which its own link belongs. */
interface RecordText {
  id: number | string;
  head: string;
  /** Behind its own link. */
  links: string;
  tail: string;
}

/** One list of an account: its rows and what they look like when served. */
export class ServedList {
  readonly declaration: ListDeclaration;
  readonly table: Table;
  readonly prematureEnds = new PrematureEnds();
  private readonly world: World;
  private readonly builder: RecordBuilder;
  private readonly texts = new Map<string, Map<number, RecordText>>();
  private kept = 0;
  private readonly textualIds = new RowMemory((row) => this.textualId(row));
  private readonly keys = new RowMemory((row) =>
    this.declaration.stream!.key(this.record(row), this.parentOf(row)).join('/'),
  );
  /** Rows by their textual id, as far as they were asked for. */
  private readonly rowsById = new Map<number | string, number>();
  private named = 0;
  private families: { revision: number; rows: Map<number | string, number[]> } | undefined;

  constructor(declaration: ListDeclaration, world: World) {
    this.declaration = declaration;
    this.world = world;
    this.table = tableOf(world, declaration.name);
    this.builder = declaration.builder(world);
  }

  /** The record without `_links`, with `_embedded` as the request wants it. */
  record(row: number, wanted: ReadonlySet<string> = NOTHING_WANTED): KommoRecord {
    const record = this.bare(row, wanted);
    const embedded = this.embedded(row, wanted);
    return embedded === undefined ? record : { ...record, _embedded: embedded };
  }

  /** What a row says under a key, without the whole record where that costs less. */
  valueOf(row: number): (key: string) => unknown {
    const override = this.table.overrides.get(row);
    let record: KommoRecord | undefined;
    return (key) => {
      if (override !== undefined && key in override) return override[key];
      const value = this.builder.value?.(row, key);
      if (value !== undefined) return value;
      record ??= this.record(row);
      return record[key];
    };
  }

  /** The record as text; its own link repeats the query of the list, as Kommo's do (observed-data.md §0.6). */
  text(row: number, wanted: ReadonlySet<string>, linkStart: string, linkEnd: string): string {
    const { id, head, links, tail } = this.parts(row, wanted);
    return `${head},"_links":{"self":{"href":"${linkStart}${id}${linkEnd}"}${links}}${tail}`;
  }

  /** How a deleted record looks in the bin: almost all null (kommo-api.md §9). */
  binRecord(row: number): KommoRecord {
    const record = this.bare(row, NOTHING_WANTED);
    const kept = new Set(['id', 'updated_by', 'updated_at', 'account_id']);
    for (const key of Object.keys(record)) if (!kept.has(key)) record[key] = null;
    return { ...record, is_deleted: true };
  }

  /** What a row says its id is: a number, in some lists a text. */
  publicId(row: number): number | string {
    return this.declaration.textual ? this.textualIds.of(row) : this.table.ids[row]!;
  }

  /** What tells a row of its stream apart: its id, or the values of the key. */
  key(row: number): number | string {
    return this.declaration.stream ? this.keys.of(row) : this.publicId(row);
  }

  /** The row of an id, or -1. */
  rowOf(id: number | string): number {
    if (!this.declaration.textual) return this.table.rowOf(Number(id));
    if (this.builder.rowOf !== undefined) {
      const row = this.builder.rowOf(String(id));
      return row >= 0 && row < this.table.size && this.publicId(row) === id ? row : -1;
    }
    while (this.named < this.table.size) this.rowsById.set(this.publicId(this.named), this.named++);
    return this.rowsById.get(id) ?? -1;
  }

  /** The id of the record that a row belongs to. */
  parentOf(row: number): number | string | undefined {
    const { parent } = this.declaration;
    if (parent === undefined) return undefined;
    const override = this.table.overrides.get(row)?.[parent.field] as number | string | undefined;
    return override ?? this.world.publicId(parent.list, this.builder.parentRow!(row));
  }

  /** The listed rows that belong to this record, by rising id. */
  childrenOf(parent: number | string): readonly number[] {
    const { revision } = this.table;
    if (this.families?.revision !== revision) {
      const rows = new Map<number | string, number[]>();
      for (const row of this.table.rowsIn(LISTED)) {
        const of = this.parentOf(row)!;
        const known = rows.get(of);
        if (known === undefined) rows.set(of, [row]);
        else known.push(row);
      }
      this.families = { revision, rows };
    }
    return this.families.rows.get(parent) ?? [];
  }

  /** The version that a row would show when served. */
  version(row: number): number {
    const override = this.table.overrides.get(row);
    const { marker } = this.declaration;
    const field = markedField(marker);
    // Whoever sets the marking field sets the version.
    if (override !== undefined && field !== undefined && field in override)
      return versionIn(marker, override);
    return field === undefined ? 0 : this.table.versions[row]!;
  }

  /** Must be called after each change of a row. */
  forget(row: number): void {
    this.textualIds.forget(row);
    this.keys.forget(row);
    for (const texts of this.texts.values()) {
      const parts = texts.get(row);
      if (texts.delete(row)) this.kept -= parts!.head.length + parts!.tail.length;
    }
  }

  private textualId(row: number): string {
    const { identity } = this.declaration;
    const override = this.table.overrides.get(row)?.[identity];
    return (override ?? this.builder.id?.(row) ?? this.builder.record(row)[identity]) as string;
  }

  private bare(row: number, wanted: ReadonlySet<string>): KommoRecord {
    const record = this.builder.record(row);
    mark(this.declaration.marker, record, this.table.versions[row]!);
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
    const override = this.table.overrides.get(row)?._embedded as KommoRecord | undefined;
    if (override === undefined) return embedded;
    const { optional } = this.builder;
    const shown = Object.entries(override).filter(([name]) => !optional?.has(name) || wanted.has(name));
    return { ...embedded, ...Object.fromEntries(shown) };
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
    const links = this.builder.links?.(row);
    const parts = {
      id: this.publicId(row),
      head: recordText(record).slice(0, -1),
      links: links === undefined ? '' : `,${JSON.stringify(links).slice(1, -1)}`,
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
