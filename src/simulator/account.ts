import { AccountStore } from './account-store.ts';
import type { ServedList } from './served-list.ts';
import { IN_BIN, type KommoRecord, LISTED, NOT_YET_VISIBLE, PURGED } from './table.ts';

export type { Truth } from './account-store.ts';

/** A Kommo account and the people who work in it. */
export class Account extends AccountStore {
  /** Changes a record, stamping it with the current second unless the patch says another; keys set to undefined disappear. */
  edit(stream: string, id: number | string, patch: KommoRecord = {}): void {
    const list = this.list(stream);
    const row = this.existing(list, id);
    list.table.touch(row, timeIn(patch, 'updated_at') ?? this.now());
    const created = timeIn(patch, 'created_at');
    if (created !== undefined) list.table.redate(row, created);
    this.override(list, row, patch);
    list.forget(row);
    this.leaveEvent('changed', stream, id);
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
    const list = this.list(stream);
    const { table } = list;
    const created = timeIn(fields, 'created_at') ?? timeIn(fields, 'updated_at') ?? this.now();
    const last = table.size === 0 ? table.firstId : table.ids[table.size - 1]!;
    const id = typeof fields.id === 'number' ? fields.id : last + 1;
    const row = table.append(id, created, timeIn(fields, 'updated_at') ?? created, visibleFrom);
    this.override(list, row, fields);
    const publicId = list.publicId(row);
    this.leaveEvent('added', stream, publicId);
    return publicId;
  }

  /** Adds an event, of the current second unless it names another. */
  addEvent(event: KommoRecord = {}): string {
    return this.create('events', event) as string;
  }

  /** Adds many records in one second, as an import does. */
  import(order: { stream?: string; count: number; at?: number }): (number | string)[] {
    const second = order.at ?? this.now();
    return Array.from({ length: order.count }, () =>
      this.create(order.stream ?? 'leads', { created_at: second, updated_at: second }),
    );
  }

  /** Moves a record to the bin: it leaves the lists and carries a new `updated_at`. */
  remove(stream: string, id: number | string): void {
    this.move(stream, id, IN_BIN);
    this.leaveEvent('deleted', stream, id);
  }

  /** Takes a record out of the bin, as a new version. */
  restore(stream: string, id: number | string): void {
    this.move(stream, id, LISTED);
    this.leaveEvent('restored', stream, id);
  }

  /** Deletes a record for good. */
  purge(stream: string, id: number | string): void {
    this.move(stream, id, PURGED);
  }

  private override(list: ServedList, row: number, patch: KommoRecord): void {
    const kept = { ...patch };
    // The columns hold these, unless somebody wants to see what a wrong type does.
    for (const key of ['id', 'created_at', 'updated_at']) if (typeof kept[key] === 'number') delete kept[key];
    if (Object.keys(kept).length === 0) return;
    list.table.overrides.set(row, { ...list.table.overrides.get(row), ...kept });
  }

  private existing(list: ServedList, id: number | string): number {
    const row = list.rowOf(id);
    if (row < 0 || list.table.states[row] === PURGED)
      throw new Error(`${list.declaration.name} has no record ${id}`);
    return row;
  }

  private move(stream: string, id: number | string, state: number): void {
    const list = this.list(stream);
    const row = this.existing(list, id);
    if (list.table.states[row] === NOT_YET_VISIBLE) throw new Error(`${stream} ${id} is not visible yet`);
    if (stream !== 'events') list.table.touch(row, this.now());
    list.table.moveTo(row, state);
    list.forget(row);
  }

  private leaveEvent(
    what: 'added' | 'changed' | 'deleted' | 'restored',
    stream: string,
    id: number | string,
  ): void {
    const singular: Record<string, string> = {
      leads: 'lead',
      contacts: 'contact',
      companies: 'company',
      tasks: 'task',
    };
    const entity = singular[stream];
    if (!this.recordEvents || entity === undefined) return;
    const change = entity === 'task' ? 'task_text_changed' : 'name_field_changed';
    const type = what === 'changed' ? change : `${entity}_${what}`;
    this.addEvent({ type, entity_id: id, entity_type: entity, value_after: [], value_before: [] });
  }
}

function timeIn(record: KommoRecord, key: string): number | undefined {
  const value = record[key];
  return typeof value === 'number' ? value : undefined;
}
