import type { CustomField } from '../custom-fields.ts';
import { mix } from '../random.ts';
import type { KommoRecord, Table } from '../table.ts';

/** What records are made from. */
export interface World {
  seed: number;
  accountId: number;
  /** Where links inside records point to. */
  address: string;
  tables: Map<string, Table>;
  customFields: { leads: CustomField[]; contacts: CustomField[]; companies: CustomField[] };
  /** When given, every lead has exactly so many values. */
  customFieldsPerLead: number | undefined;
}

/** Makes the records of one list from row numbers; the same row and version always give the same record. */
export interface RecordBuilder {
  /** The record without `_links` and `_embedded`. */
  record(row: number): KommoRecord;
  /** Further keys of the record itself that `with=` asks for. */
  extra?(row: number, wanted: ReadonlySet<string>): KommoRecord | undefined;
  embedded?(row: number, wanted: ReadonlySet<string>): KommoRecord | undefined;
}

/** The table of a list that every account has. */
export function tableOf(world: World, list: string): Table {
  const table = world.tables.get(list);
  if (table === undefined) throw new Error(`the account has no list "${list}"`);
  return table;
}

/** An id from the history of a list, or null when that list is empty. */
export function referenceTo(world: World, list: string, chance: number): number | null {
  const table = tableOf(world, list);
  return table.historySize === 0 ? null : table.ids[chance % table.historySize]!;
}

/** The link that embedded entities carry. */
export function linkTo(world: World, list: string, id: number): { self: { href: string } } {
  return { self: { href: `${world.address}${list}/${id}` } };
}

/** The user who did something; 0, the robot, now and then (observed-data.md §0.10). */
export function actor(world: World, chance: number): number {
  return chance % 9 === 0 ? 0 : (referenceTo(world, 'users', chance >>> 4) ?? 0);
}

/** Mostly the default group 0. */
export function group(chance: number): number {
  return chance % 4 === 0 ? 500_001 + (chance % 3) : 0;
}

/** `custom_fields_values` of a record: null, now and then `[]`, or some filled fields. */
export function customFieldValues(fields: CustomField[], chance: number, exactly?: number): object[] | null {
  if (exactly === undefined) {
    if (chance % 100 < 40) return null;
    if (chance % 100 < 43) return [];
  }
  const count = Math.min(fields.length, exactly ?? 1 + ((chance >>> 8) % 6));
  const first = (chance >>> 12) % fields.length;
  const values = new Array<object>(count);
  for (let index = 0; index < count; index++) {
    values[index] = fields[(first + index) % fields.length]!.value((chance >>> (index % 16)) + index);
  }
  return values;
}

/** Tags as records embed them. */
export function embeddedTags(world: World, list: string, chance: number): object[] {
  if (chance % 3 !== 0) return [];
  const tags = world.tables.get(list);
  if (tags === undefined || tags.historySize === 0) return [];
  const first = (chance >>> 6) % tags.historySize;
  const count = 1 + ((chance >>> 3) % 2);
  return Array.from({ length: count }, (_, index) => {
    const row = (first + index) % tags.historySize;
    return { id: tags.ids[row], name: tagName(world, row), color: null };
  });
}

const words = ['vip', 'горячий', 'follow-up', 'novo', '重要', 'webinar 🎥', 'שותף', 'عميل', 'import', 'cold'];

/** The name of a tag by its row. */
export function tagName(world: World, row: number): string {
  const word = words[row % words.length]!;
  return row < words.length ? word : `${word} ${mix(world.seed, row, 5) % 1000}`;
}
