import type { ParentId } from './parents-done.ts';

/** So many are named in a state; of a family of more, most empty answers are believed at once. */
const mostNamed = 30;

/** The parents whose lists held nothing: that such a list comes empty again is no surprise. */
export class EmptyLists {
  readonly #before: ReadonlySet<ParentId>;
  readonly #found: Set<ParentId>;

  /** Those of the last pass, and those that this one has found before it was cut off. */
  constructor(before: ReadonlySet<ParentId>, found: ReadonlySet<ParentId>) {
    this.#before = before;
    this.#found = new Set(found);
  }

  /** Whether the list of these parents held nothing when it was read last. */
  were(parents: readonly ParentId[]): boolean {
    return parents.every((id) => this.#before.has(id));
  }

  /** The list of these parents holds nothing. */
  add(parents: readonly ParentId[]): void {
    for (const id of parents) if (this.#found.size < mostNamed) this.#found.add(id);
  }

  get found(): ReadonlySet<ParentId> {
    return this.#found;
  }
}
