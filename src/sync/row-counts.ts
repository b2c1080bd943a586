import type { ParentId } from './parents-done.ts';

/** So many empty lists are named in a state; of a family of more, most empty answers are believed at once. */
const mostEmpty = 30;
/** Of fewer rows than these on one page, it is believed that there are no more. */
const leastDoubtful = 30;
/** So many lists are named in a state at all. */
const mostNamed = 500;

/**
 * How many rows the lists of parents held: that one comes empty again is no surprise, nor that a page which may have been
 * cut short holds as many as before.
 */
export class RowCounts {
  readonly #before: ReadonlyMap<ParentId, number>;
  readonly #found: Map<ParentId, number>;

  /** Those of the last pass, and those that this one has found before it was cut off. */
  constructor(before: ReadonlyMap<ParentId, number>, found: ReadonlyMap<ParentId, number>) {
    this.#before = before;
    this.#found = new Map(found);
  }

  /** How many rows the list of these parents held when it was read last; undefined where nobody knows. */
  before(parents: readonly ParentId[]): number | undefined {
    const [count, ...others] = new Set(parents.map((id) => this.#before.get(id)));
    return others.length === 0 ? count : undefined;
  }

  /** The list of these parents holds so many. */
  add(parents: readonly ParentId[], rows: number, pageSize: number): void {
    const isDoubtful = parents.length === 1 && rows > leastDoubtful && rows < pageSize;
    if (rows > 0 && !isDoubtful) return;
    const most = rows === 0 ? mostEmpty : mostNamed;
    for (const id of parents) if (this.#found.size < most) this.#found.set(id, rows);
  }

  get found(): ReadonlyMap<ParentId, number> {
    return this.#found;
  }
}
