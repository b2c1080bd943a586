import { compareIds } from './parents-done.ts';
import type { Row } from './row.ts';

/**
 * In which directions the ids of rows go, and the times at which they came into being. Rows that come in one of these
 * orders may look as if they came in that of their last change: because hardly anything has changed, or because
 * somebody has changed one after the other.
 */
export class ExplainedOrder {
  readonly #ids = new Set<number>();
  readonly #creations = new Set<number>();

  /** Takes a row and the one that came before it. */
  step(before: Row, row: Row): void {
    this.#ids.add(compareIds(row.id, before.id));
    this.#creations.add(Math.sign(Number(row.body.created_at) - Number(before.body.created_at)));
  }

  /** The rows come by their ids, or as they came into being, in one direction or the other. */
  get isExplained(): boolean {
    return [this.#ids, this.#creations].some((ways) => !(ways.has(-1) && ways.has(1)));
  }
}
