import type { CustomField } from '../custom-fields.ts';
import { mix } from '../random.ts';
import type { Readings } from '../readings.ts';
import type { KommoRecord, Table } from '../table.ts';

/** What records are made from. */
export interface World {
  seed: number;
  accountId: number;
  /** Where links inside records point to. */
  address: string;
  /** The table of a list; it is made when it is first asked for. Throws for a list that no account has. */
  table(list: string): Table;
  /** The listed records of a list. */
  all(list: string): readonly KommoRecord[];
  /** The rows of the listed records that belong to this one, the newest last. */
  childrenOf(list: string, parent: number | string): readonly number[];
  /** What an event of the past is about, by row, where the readings decide it; known with the table of events. */
  eventSubjects: ReadonlyMap<number, number>;
  /** The id of the record that a row belongs to. */
  parentOf(list: string, row: number): number | string;
  /** The record of a row of a list as it is now, without what `with=` adds. */
  record(list: string, row: number): KommoRecord;
  /** What the row of a list says its id is. */
  publicId(list: string, row: number): number | string;
  /** By what they belong to: leads, contacts, a catalog. Made when they are first asked for. */
  customFields: Record<'leads' | 'contacts' | 'companies', CustomField[]>;
  fieldsOf(owner: string): CustomField[];
  /** How many catalogs the history made. */
  catalogs: number;
  readings: Readings;
  /** The address of the host that has the files. */
  driveUrl: string;
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
  /** Which of the embedded are there only when they are asked for. */
  optional?: ReadonlySet<string>;
  /** The row, in the parent's list, of the record that it belongs to. */
  parentRow?(row: number): number;
  /** One value of the record, where it costs less than the record; undefined for others. */
  value?(row: number, key: string): unknown;
  /** A textual id, where it costs less than the record. */
  id?(row: number): string;
  /** Further links of the record beside its own. */
  links?(row: number): Record<string, { href: string }>;
  /** The row that a textual id speaks of, whether it exists or not; without it the ids are remembered. */
  rowOf?(id: string): number;
}

/** The table of a list that every account has. */
export function tableOf(world: World, list: string): Table {
  return world.table(list);
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
export function customFieldValues(
  fields: readonly CustomField[],
  chance: number,
  exactly?: number,
): object[] | null {
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
  const tags = tableOf(world, list);
  if (tags.historySize === 0) return [];
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
