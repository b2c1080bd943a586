import { ExplainedOrder } from '../explained-order.ts';
import type { Row } from '../row.ts';

/** Steps from one time to an earlier one that a list takes by chance less often than once in a hundred thousand. */
const telling = 8;

/** In which order the rows of a list come. */
export class Succession {
  #last: Row | undefined;
  #isFalling = true;
  #steps = 0;
  readonly #other = new ExplainedOrder();

  /** Takes the rows that come next. */
  goesOn(rows: readonly Row[]): void {
    for (const row of rows) {
      if (this.#last !== undefined) this.#step(this.#last, row);
      this.#last = row;
    }
  }

  /** All rows came with what changed last on top, which no other order explains. */
  get isNewestFirst(): boolean {
    return this.#isFalling && this.#steps >= telling && !this.#other.isExplained;
  }

  #step(before: Row, row: Row): void {
    if (row.cursor > before.cursor) this.#isFalling = false;
    if (row.cursor < before.cursor) this.#steps += 1;
    this.#other.step(before, row);
  }
}
