import type { Interval } from '../stream/interval.ts';
import type { Row } from './row.ts';

/** What a walk wants and how it asks for it; all Unix seconds, closed, absent for no bound on that side. */
export interface Bounds {
  from: number | undefined;
  to: number | undefined;
  /** The same, one second wider where the bound may turn out to be exclusive. */
  asked: { from: number | undefined; to: number | undefined };
}

/**
 * Answers that have to bring a record of exactly the second of a bound: where nothing lies behind it, such a record comes
 * as well when the filter was overlooked, which happens up to three times in a row (kommo-api.md §5.6).
 */
const telling = 4;

/**
 * Nobody documents whether Kommo's bounds are inclusive. A bound is proven inclusive when records with exactly
 * that value come back; the contrary cannot be proven.
 */
export class BoundsEvidence {
  #inclusiveFrom = 0;
  #inclusiveTo = 0;

  /** Bounds to ask with: one second wider than what is wanted until it is known that this is not needed. */
  widen({ from, to }: Partial<Interval>): Bounds {
    const asked = {
      from: moved(from, this.#inclusiveFrom >= telling ? 0 : -1),
      to: moved(to, this.#inclusiveTo >= telling ? 0 : 1),
    };
    return { from, to, asked };
  }

  /**
   * Learns from an answer, given at the second `servedAt`; `false` when the answer disregards what was asked. A row
   * of the second `to` proves nothing while it may just have been edited into it.
   */
  learn(rows: readonly Row[], { asked: { from, to } }: Bounds, servedAt: number): boolean {
    const isLongAgo = to !== undefined && to < servedAt - 60;
    let above = 0;
    for (const { cursor } of rows) {
      if (from !== undefined && cursor < from) return false;
      if (to !== undefined && cursor > to) above += 1;
    }
    if (rows.some(({ cursor }) => cursor === from)) this.#inclusiveFrom += 1;
    if (isLongAgo && rows.some(({ cursor }) => cursor === to)) this.#inclusiveTo += 1;
    // A record edited while Kommo was assembling the page may lie above the bound; many of them may not.
    return above * 2 <= rows.length && above <= 10;
  }
}

function moved(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : Math.max(0, value + by);
}
