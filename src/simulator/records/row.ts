import { mix } from '../random.ts';
import type { KommoRecord, Table } from '../table.ts';
import { actor, group, type RecordBuilder, referenceTo, tableOf, type World } from './world.ts';

/** One row of a list, for those who say what its record holds. All chances follow from the seed, the list and the row. */
export class Row {
  readonly world: World;
  /** Where it stands in the list, from 0. */
  readonly index: number;
  private readonly list: string;
  private readonly table: Table;
  private readonly salt: number;

  constructor(world: World, list: string, salt: number, index: number) {
    this.world = world;
    this.list = list;
    this.table = tableOf(world, list);
    this.salt = salt;
    this.index = index;
  }

  get id(): number {
    return this.table.ids[this.index]!;
  }
  get created(): number {
    return this.table.createdAt[this.index]!;
  }
  get updated(): number {
    return this.table.updatedAt[this.index]!;
  }
  /** One of these for the rows that there are from the beginning, and for later ones something like it. */
  name(values: readonly string[]): string {
    return this.index < values.length ? values[this.index]! : `${this.turn(values)}_${this.index}`;
  }

  /** The id of the record that it belongs to. */
  get parent(): number | string {
    return this.world.parentOf(this.list, this.index);
  }
  get version(): number {
    return this.table.versions[this.index]!;
  }

  /** A number from 0 to 2³² - 1. */
  chance(purpose = 0): number {
    return mix(this.world.seed, this.index, this.salt + purpose);
  }

  /** One of them by chance, or in turn. */
  pick<T>(values: readonly T[], purpose = 0): T {
    return values[this.chance(purpose) % values.length]!;
  }
  turn<T>(values: readonly T[]): T {
    return values[this.index % values.length]!;
  }

  /** A row of the other list's history, in turn; the first one where it has none. */
  rowIn(list: string): number {
    return this.index % Math.max(1, tableOf(this.world, list).historySize);
  }

  /** The id of a record of another list, or null when that is empty. */
  of(list: string, purpose = 1): number | null {
    return referenceTo(this.world, list, this.chance(purpose));
  }

  /** A text in the form of a UUID that no other row of the list has. */
  uuid(purpose = 2): string {
    const digits = [0, 1, 2].map((part) => hexadecimal(this.chance(purpose * 10 + part))).join('');
    // An odd factor gives each row a number of its own.
    const own = hexadecimal(Math.imul(this.index + 1, 0x9e3779b1) >>> 0);
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20)}${own}`;
  }

  /** Who made and changed the record, and when. */
  stamps(): KommoRecord {
    return {
      created_by: actor(this.world, this.chance(3)),
      updated_by: actor(this.world, this.chance(4 + this.version * 103)),
      created_at: this.created,
      updated_at: this.updated,
    };
  }

  /** Who answers for it. */
  charge(): KommoRecord {
    return { responsible_user_id: this.of('users', 5) ?? 0, group_id: group(this.chance(6)) };
  }
}

function hexadecimal(value: number): string {
  return value.toString(16).padStart(8, '0');
}

type Part = (row: Row) => unknown;

/** What the records of a list hold. */
export interface Shape {
  fields(row: Row): KommoRecord;
  /** Keys of the record itself that `with=` adds. */
  extra?: Readonly<Record<string, Part>>;
  /** How `with=` calls them where it has another name. */
  extraCalled?: Readonly<Record<string, string>>;
  /** Keys of `_embedded`: always there, or when `with=` asks. */
  embeds?: Readonly<Record<string, Part>>;
  embedsWith?: Readonly<Record<string, Part>>;
  /** A textual id; without it the record itself is asked. */
  id?(row: Row): string;
  links?(row: Row): Record<string, { href: string }>;
  /** The row, in the parent's list, of the record that it belongs to. */
  parentRow?(row: Row): number;
}

/** Makes records by their shape. */
export function shaped(list: string, shape: Shape): (world: World) => RecordBuilder {
  const salt = [...list].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 0);
  const { fields, extra = {}, extraCalled = {}, embeds = {}, embedsWith = {}, id, links, parentRow } = shape;
  return (world) => {
    const row = (index: number) => new Row(world, list, salt, index);
    const made = (parts: [string, Part][], index: number) =>
      Object.fromEntries(parts.map(([name, part]) => [name, part(row(index))]));
    return {
      record: (index) => fields(row(index)),
      extra: (index, wanted) =>
        made(
          Object.entries(extra).filter(([name]) => wanted.has(extraCalled[name] ?? name)),
          index,
        ),
      embedded(index, wanted) {
        const asked = Object.entries(embedsWith).filter(([name]) => wanted.has(name));
        const embedded = made([...Object.entries(embeds), ...asked], index);
        return Object.keys(embedded).length > 0 ? embedded : undefined;
      },
      optional: new Set(Object.keys(embedsWith)),
      ...(id && { id: (index) => id(row(index)) }),
      ...(links && { links: (index) => links(row(index)) }),
      ...(parentRow && { parentRow: (index) => parentRow(row(index)) }),
    };
  };
}
