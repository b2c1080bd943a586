import { AccountStore } from './account-store.ts';
import { type Deed, eventOf } from './event-log.ts';
import { listsOf } from './lists.ts';
import { readingFor } from './readings.ts';
import type { ServedList } from './served-list.ts';
import { IN_BIN, type KommoRecord, LISTED, NOT_YET_VISIBLE, PURGED } from './table.ts';

/**
 * The records of an account, and what people do to each of them. A record is named by its list and id, or by its stream
 * and the id under which `truth` has it.
 */
export class AccountRecords extends AccountStore {
  /** Changes a record, stamping it with the current second unless the patch says another; keys set to undefined disappear. */
  edit(stream: string, id: number | string, patch: KommoRecord = {}): void {
    const { list, row } = this.existing(stream, id);
    list.table.touch(row, timeIn(patch, 'updated_at') ?? this.now());
    const created = timeIn(patch, 'created_at');
    if (created !== undefined) list.table.redate(row, created);
    this.override(list, row, patch);
    list.forget(row);
    this.touchSubject(list, row);
    this.leaveEvent('changed', list, row);
  }

  /** Changes many records in one second. */
  bulkEdit(stream: string, ids: Iterable<number | string>, patch: KommoRecord = {}): void {
    const second = timeIn(patch, 'updated_at') ?? this.now();
    for (const id of ids) this.edit(stream, id, { ...patch, updated_at: second });
  }

  /**
   * Adds a record and returns its id. `visibleFrom` (a second) keeps it out of the lists until then, while it carries
   * the time of its creation: a row that becomes visible late.
   */
  create(stream: string, record: KommoRecord & { visibleFrom?: number } = {}): number | string {
    const { visibleFrom, ...fields } = record;
    const lists = listsOf(stream);
    // A record of a stream of several lists is made in one of them by chance.
    const chosen = lists.length > 1 ? Math.floor(this.random() * lists.length) : 0;
    const list = this.list(lists[chosen]?.name ?? stream);
    const { table } = list;
    const created = timeIn(fields, 'created_at') ?? timeIn(fields, 'updated_at') ?? this.now();
    const last = table.size === 0 ? table.firstId : table.ids[table.size - 1]!;
    const id = typeof fields.id === 'number' ? fields.id : last + 1;
    const row = table.append(id, created, timeIn(fields, 'updated_at') ?? created, visibleFrom);
    this.override(list, row, fields);
    this.touchOthers(list, row);
    this.leaveEvent('added', list, row);
    return list.declaration.name === stream ? list.publicId(row) : list.key(row);
  }

  /** Adds an event, of the current second unless it names another. */
  addEvent(event: KommoRecord = {}): string {
    return this.create('events', event) as string;
  }

  /** Adds many records in one second, as an import does, or one after the other over so many seconds from then on. */
  import(order: {
    stream?: string;
    count: number;
    at?: number;
    over?: number;
    record?: KommoRecord;
  }): (number | string)[] {
    const { stream = 'leads', count, over = 0, at = this.now() } = order;
    return Array.from({ length: count }, (_, index) => {
      const second = at + Math.floor((over * index) / count);
      return this.create(stream, { ...order.record, created_at: second, updated_at: second });
    });
  }

  /** Moves a record to the bin: it leaves the lists and carries a new `updated_at`. */
  remove(stream: string, id: number | string): void {
    const { list, row } = this.existing(stream, id);
    this.move(list, row, IN_BIN, true);
    this.touchOthers(list, row);
    this.leaveEvent('deleted', list, row);
  }

  /** Takes a record out of the bin, as a new version unless a reading says otherwise. */
  restore(stream: string, id: number | string): void {
    const { list, row } = this.existing(stream, id);
    this.move(list, row, LISTED, readingFor(this.readings, 'restoresTouch', list.declaration.name));
    this.leaveEvent('restored', list, row);
  }

  /** Deletes a record for good. */
  purge(stream: string, id: number | string): void {
    const { list, row } = this.existing(stream, id);
    this.move(list, row, PURGED, true);
  }

  /** Gives a record a new version of the current second. */
  protected touch(list: ServedList, row: number): void {
    list.table.touch(row, this.now());
    list.forget(row);
  }

  /** What a record says where it differs from what chance made of it; undefined lets a key disappear. */
  protected override(list: ServedList, row: number, patch: KommoRecord): void {
    const kept = { ...patch };
    // The columns hold these, unless somebody wants to see what a wrong type does.
    for (const key of ['id', 'created_at', 'updated_at']) if (typeof kept[key] === 'number') delete kept[key];
    if (Object.keys(kept).length === 0) return;
    const before = list.table.overrides.get(row);
    if (isObject(before?._embedded) && isObject(kept._embedded))
      kept._embedded = { ...before._embedded, ...kept._embedded };
    list.table.overrides.set(row, { ...before, ...kept });
  }

  /** Writes into the log, if it is kept and knows such events. */
  protected tell(event: KommoRecord): void {
    if (this.recordEvents && this.has('event_types', String(event.type))) this.addEvent(event);
  }

  protected existing(name: string, id: number | string): { list: ServedList; row: number } {
    for (const declaration of listsOf(name)) {
      const list = this.list(declaration.name);
      const own = name === declaration.name ? list.rowOf(id) : -1;
      const row = own < 0 && declaration.stream?.name === name ? rowOfKey(list, id) : own;
      if (row >= 0 && list.table.states[row] !== PURGED) return { list, row };
    }
    throw new Error(`${name} has no record ${id}`);
  }

  private move(list: ServedList, row: number, state: number, touched: boolean): void {
    const { name } = list.declaration;
    if (list.table.states[row] === NOT_YET_VISIBLE)
      throw new Error(`${name} ${list.publicId(row)} is not visible yet`);
    if (touched && name !== 'events') list.table.touch(row, this.now());
    list.table.moveTo(row, state);
    list.forget(row);
  }

  private touchOthers(list: ServedList, row: number): void {
    this.touchParent(list, row);
    this.touchSubject(list, row);
  }

  /** What is done to notes and tasks may be a change of the record that they are about. */
  private touchSubject(list: ServedList, row: number): void {
    const { subject } = list.declaration;
    const about = subject?.of(list.record(row));
    if (about === undefined || !readingFor(this.readings, subject!.doubt, about.list)) return;
    const above = this.list(about.list);
    if (this.has(about.list, about.id)) this.touch(above, above.rowOf(about.id));
  }

  /** What is added to some records, or taken from them, is a change of theirs. */
  private touchParent(list: ServedList, row: number): void {
    const { parent } = list.declaration;
    const id = parent?.touched ? list.parentOf(row) : undefined;
    if (id === undefined || !this.has(parent!.list, id)) return;
    const above = this.list(parent!.list);
    this.touch(above, above.rowOf(id));
    // Some say of themselves whether they are the newest.
    for (const sibling of list.childrenOf(id)) list.forget(sibling);
  }

  private leaveEvent(deed: Deed, list: ServedList, row: number): void {
    if (!this.recordEvents) return;
    const event = eventOf(deed, list.declaration.name, list.publicId(row), () => list.record(row));
    if (event !== undefined) this.tell(event);
  }
}

/** The row with this key, or -1. */
function rowOfKey(list: ServedList, id: number | string): number {
  const last = String(id).split('/').at(-1)!;
  const likely = list.rowOf(list.declaration.textual ? last : Number(last));
  if (likely >= 0 && list.key(likely) === id) return likely;
  for (let row = 0; row < list.table.size; row++) if (list.key(row) === id) return row;
  return -1;
}

function isObject(value: unknown): value is KommoRecord {
  return typeof value === 'object' && value !== null;
}

function timeIn(record: KommoRecord, key: string): number | undefined {
  const value = record[key];
  return typeof value === 'number' ? value : undefined;
}
