import { OrderedRows } from './ordered-rows.ts';

/** A record as it is served, without `_links`. */
export type KommoRecord = Record<string, unknown>;

export const LISTED = 0;
export const IN_BIN = 1;
export const PURGED = 2;
export const NOT_YET_VISIBLE = 3;

/**
 * The rows of one list as columns of numbers; what a record says beyond them is made when it is asked for.
 * A million rows cost about 20 MB. Row order is id order, so an id is found by bisection.
 */
export class Table {
  size = 0;
  /** How many rows the history made: generated references point to those only, and stay what they were. */
  historySize = 0;
  /** Ids of this list are above it. */
  firstId = 0;
  ids: Uint32Array;
  createdAt: Uint32Array;
  updatedAt: Uint32Array;
  versions: Uint32Array;
  states: Uint8Array;
  /** What edits and creations said about a row. */
  readonly overrides = new Map<number, KommoRecord>();
  /** Counts every change, `membership` only those that let a row appear or disappear. */
  revision = 0;
  membership = 0;
  private late: { row: number; second: number }[] = [];
  private readonly orders: { updated?: OrderedRows; created?: OrderedRows } = {};
  private members: { state: number; membership: number; rows: Uint32Array }[] = [];

  constructor(capacity: number) {
    const room = Math.max(16, capacity);
    this.ids = new Uint32Array(room);
    this.createdAt = new Uint32Array(room);
    this.updatedAt = new Uint32Array(room);
    this.versions = new Uint32Array(room);
    this.states = new Uint8Array(room);
  }

  /** The row of an id, or -1. */
  rowOf(id: number): number {
    let low = 0;
    let high = this.size - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.ids[middle]!;
      if (found === id) return middle;
      if (found < id) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Adds a row behind all others; the id must be above theirs. */
  append(id: number, createdAt: number, updatedAt: number, visibleFrom?: number): number {
    if (this.size > 0 && id <= this.ids[this.size - 1]!)
      throw new RangeError(`id ${id} is not above the last one`);
    if (this.size === this.ids.length) this.grow();
    const row = this.size++;
    this.ids[row] = id;
    this.createdAt[row] = createdAt;
    this.updatedAt[row] = updatedAt;
    if (visibleFrom === undefined) this.enter(row, LISTED);
    else {
      this.states[row] = NOT_YET_VISIBLE;
      this.late.push({ row, second: visibleFrom });
    }
    return row;
  }

  /** Lets those rows appear whose hour has come. */
  reveal(second: number): void {
    if (this.late.length === 0) return;
    const due = this.late.filter((entry) => entry.second <= second);
    if (due.length === 0) return;
    this.late = this.late.filter((entry) => entry.second > second);
    for (const { row } of due) if (this.states[row] === NOT_YET_VISIBLE) this.enter(row, LISTED);
  }

  /** Stamps a row with a new version. */
  touch(row: number, second: number): void {
    const listed = this.states[row] === LISTED;
    if (listed) this.orders.updated?.remove(row, this.updatedAt[row]!);
    this.updatedAt[row] = second;
    if (listed) this.orders.updated?.add(row, second);
    this.versions[row] = this.versions[row]! + 1;
    this.revision++;
  }

  /** Gives a row another second of creation. */
  redate(row: number, second: number): void {
    const listed = this.states[row] === LISTED;
    if (listed) this.orders.created?.remove(row, this.createdAt[row]!);
    this.createdAt[row] = second;
    if (listed) this.orders.created?.add(row, second);
    this.revision++;
  }

  /** Moves a row between the list, the bin and nowhere. */
  moveTo(row: number, state: number): void {
    if (this.states[row] === state) return;
    if (this.states[row] === LISTED) {
      this.orders.updated?.remove(row, this.updatedAt[row]!);
      this.orders.created?.remove(row, this.createdAt[row]!);
    }
    this.enter(row, state);
  }

  /** The rows in this state by rising id; do not change the answer. */
  rowsIn(state: number): Uint32Array {
    const known = this.members.find((entry) => entry.state === state);
    if (known?.membership === this.membership) return known.rows;
    const rows = new Uint32Array(this.size);
    let count = 0;
    for (let row = 0; row < this.size; row++) if (this.states[row] === state) rows[count++] = row;
    const entry = { state, membership: this.membership, rows: rows.subarray(0, count) };
    this.members = [...this.members.filter((other) => other.state !== state), entry];
    return entry.rows;
  }

  /** Listed rows in the order of one of the two time columns. */
  orderedBy(column: 'created' | 'updated'): OrderedRows {
    let order = this.orders[column];
    if (order === undefined) {
      order = new OrderedRows();
      order.fill(this.rowsIn(LISTED), column === 'created' ? this.createdAt : this.updatedAt);
      this.orders[column] = order;
    }
    return order;
  }

  private enter(row: number, state: number): void {
    this.states[row] = state;
    this.revision++;
    this.membership++;
    if (state !== LISTED) return;
    this.orders.updated?.add(row, this.updatedAt[row]!);
    this.orders.created?.add(row, this.createdAt[row]!);
  }

  private grow(): void {
    const room = Math.ceil(this.ids.length * 1.5);
    const larger = (column: Uint32Array) => {
      const copy = new Uint32Array(room);
      copy.set(column);
      return copy;
    };
    this.ids = larger(this.ids);
    this.createdAt = larger(this.createdAt);
    this.updatedAt = larger(this.updatedAt);
    this.versions = larger(this.versions);
    const states = new Uint8Array(room);
    states.set(this.states);
    this.states = states;
  }
}
