import { type AccountSize, foundWorld } from './foundation.ts';
import { listDeclarations } from './lists.ts';
import { mix, randomSequence } from './random.ts';
import type { Readings } from './readings.ts';
import { statusRecords } from './records/pipeline.ts';
import { isDeactivated } from './records/user.ts';
import { tableOf, type World } from './records/world.ts';
import { ServedList, versionIn } from './served-list.ts';
import { IN_BIN, type KommoRecord, LISTED, NOT_YET_VISIBLE, PURGED } from './table.ts';

/** What is true of a record at this moment. */
export interface Truth {
  id: number | string;
  version: number;
  /** `created_at` for events, which have no other time. */
  updated_at: number;
}

/**
 * A Kommo account: what is in it, who changes it, and the truth that a test compares with.
 * All times are seconds of the server's clock.
 */
export class Account {
  readonly id: number;
  readonly subdomain: string;
  readonly world: World;
  readonly lists = new Map<string, ServedList>();
  /** Let edits, creations and deletions leave events behind, as in a real account. */
  recordEvents: boolean;
  /** Runs on with each use and follows from the seed. */
  readonly random: () => number;
  private readonly milliseconds: () => number;
  private readonly readings: Readings;

  constructor(
    size: AccountSize,
    settings: {
      seed: number;
      subdomain: string;
      readings: Readings;
      recordEvents: boolean;
      milliseconds(): number;
    },
  ) {
    const { seed } = settings;
    this.milliseconds = settings.milliseconds;
    this.readings = settings.readings;
    this.recordEvents = settings.recordEvents;
    this.subdomain = settings.subdomain;
    this.random = randomSequence(seed);
    this.id = 30_000_000 + (mix(seed, 0, 1) % 1_000_000);
    this.world = foundWorld(size, { seed, accountId: this.id, subdomain: this.subdomain, now: this.now() });
    for (const declaration of listDeclarations) {
      this.lists.set(
        declaration.name,
        new ServedList(declaration, tableOf(this.world, declaration.name), this.world),
      );
    }
  }

  /** The server's clock in whole seconds. */
  now(): number {
    return Math.floor(this.milliseconds() / 1000 + this.readings.clockSkew);
  }

  /** Changes a record, stamping it with the current second unless the patch says another; keys set to undefined disappear. */
  edit(stream: string, id: number | string, patch: KommoRecord = {}): void {
    const list = this.list(stream);
    const row = this.existing(list, id);
    list.table.touch(row, timeIn(patch, 'updated_at') ?? this.now());
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
    const last = table.size === 0 ? 0 : table.ids[table.size - 1]!;
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
  }

  /** Deletes a record for good. */
  purge(stream: string, id: number | string): void {
    this.move(stream, id, PURGED);
  }

  /** What a complete reader must have by now: every listed record with its version, by rising id. */
  *truth(stream: string): Generator<Truth> {
    if (stream === 'statuses') return yield* this.statusTruth();
    const list = this.list(stream);
    list.table.reveal(this.now());
    const hidden = this.hiddenRows(stream);
    for (const row of list.table.rowsIn(LISTED)) {
      if (hidden?.(row)) continue;
      yield { id: list.publicId(row), version: list.version(row), updated_at: list.table.updatedAt[row]! };
    }
  }

  /** The version that a served record shows: what `truth` calls `version`. */
  versionOf(stream: string, record: KommoRecord): number {
    return stream === 'statuses' ? 0 : versionIn(this.list(stream).declaration, record);
  }

  /** A record as a list would serve it now, without `_links`; undefined when it is not listed. */
  record(stream: string, id: number | string, wanted: string[] = []): KommoRecord | undefined {
    const list = this.list(stream);
    list.table.reveal(this.now());
    const row = list.rowOf(id);
    return row >= 0 && list.table.states[row] === LISTED ? list.record(row, new Set(wanted)) : undefined;
  }

  /** The ids of all listed records, rising. */
  ids(stream: string): (number | string)[] {
    const list = this.list(stream);
    list.table.reveal(this.now());
    return Array.from<number, number | string>(list.table.rowsIn(LISTED), (row) => list.publicId(row));
  }

  /** Some listed ids by chance, each once; fewer when there are not so many. */
  sample(stream: string, count: number, random: () => number = this.random): (number | string)[] {
    const list = this.list(stream);
    list.table.reveal(this.now());
    const rows = list.table.rowsIn(LISTED);
    const picked = new Set<number>();
    while (picked.size < Math.min(count, rows.length)) picked.add(rows[Math.floor(random() * rows.length)]!);
    return Array.from(picked, (row) => list.publicId(row));
  }

  /** How many records are listed. */
  count(stream: string): number {
    const list = this.list(stream);
    list.table.reveal(this.now());
    return list.table.rowsIn(LISTED).length;
  }

  /** A list by its name; throws for one that the account does not have. */
  list(stream: string): ServedList {
    const list = this.lists.get(stream);
    if (list === undefined)
      throw new Error(`there is no list "${stream}"; there are: ${[...this.lists.keys()].join(', ')}`);
    return list;
  }

  /** Which rows of a list the current readings hide. */
  hiddenRows(stream: string): ((row: number) => boolean) | undefined {
    if (stream === 'users' && !this.readings.deactivatedUsers) return isDeactivated;
    if (stream === 'pipelines' && !this.readings.archivedPipelines) {
      return (row) => this.list('pipelines').record(row).is_archive === true;
    }
    return undefined;
  }

  private *statusTruth(): Generator<Truth> {
    for (const { id } of this.truth('pipelines')) {
      const row = this.list('pipelines').rowOf(id);
      const embedded = this.list('pipelines').record(row)._embedded as { statuses: KommoRecord[] };
      for (const status of embedded.statuses ?? statusRecords(this.world, row)) {
        yield { id: `${status.pipeline_id}/${status.id}`, version: 0, updated_at: 0 };
      }
    }
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

  private leaveEvent(what: 'added' | 'changed' | 'deleted', stream: string, id: number | string): void {
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
