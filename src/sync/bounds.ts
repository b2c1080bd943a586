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
 * Where nothing lies behind a bound, a record of exactly its second comes as well when the filter was overlooked, which
 * happens up to three times in a row (kommo-api.md §5.6). So it takes several answers, or different bounds.
 */
const answers = 4;
const differentBounds = 2;

/**
 * Nobody documents whether Kommo's bounds are inclusive. A bound is proven inclusive when records with exactly
 * that value come back; the contrary cannot be proven.
 */
export class BoundsEvidence {
  readonly #from = new Inclusion();
  readonly #to = new Inclusion();
  /** The earliest second of a record that has come. */
  #earliest = Number.POSITIVE_INFINITY;

  /** Bounds to ask with: one second wider than what is wanted until it is known that this is not needed. */
  widen({ from, to }: Partial<Interval>): Bounds {
    const asked = {
      from: moved(from, this.#from.isProven ? 0 : -1),
      to: moved(to, this.#to.isProven ? 0 : 1),
    };
    return { from, to, asked };
  }

  /**
   * Learns from an answer, given at the second `servedAt`, in the order of time where it `isRising`; `false` when the
   * answer disregards what was asked. A row of the second `to` proves nothing while it may just have been edited into it.
   */
  learn(
    rows: readonly Row[],
    { asked: { from, to } }: Bounds,
    servedAt: number,
    { isRising = false } = {},
  ): boolean {
    const isLongAgo = to !== undefined && to < servedAt - 60;
    let above = 0;
    for (const { cursor } of rows) {
      if (from !== undefined && cursor < from) return false;
      if (to !== undefined && cursor > to) above += 1;
    }
    // With the filter overlooked, the records before it would come first.
    const isTelling = isRising && from !== undefined && this.#earliest < from;
    if (rows.some(({ cursor }) => cursor === from)) this.#from.add(from!, isTelling);
    for (const { cursor } of rows) this.#earliest = Math.min(this.#earliest, cursor);
    if (isLongAgo && rows.some(({ cursor }) => cursor === to)) this.#to.add(to);
    // A record edited while Kommo was assembling the page may lie above the bound; many of them may not.
    return above * 2 <= rows.length && above <= 10;
  }
}

/** Records of exactly the second of a bound that came. */
class Inclusion {
  isProven = false;
  readonly #seconds = new Set<number>();
  #answers = 0;

  add(second: number, isTelling = false): void {
    if (this.isProven) return;
    this.#seconds.add(second);
    this.#answers += 1;
    this.isProven = isTelling || this.#answers >= answers || this.#seconds.size >= differentBounds;
  }
}

function moved(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : Math.max(0, value + by);
}
