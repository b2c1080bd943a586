import type { Interval } from '../stream/interval.ts';
import type { Row } from './row.ts';

const most = 2_000;

/** Some seconds of a list that are known to have rows: an honest answer that covers one of them is not empty. */
export class KnownSeconds {
  readonly #seconds = new Set<number>();

  /** Takes note of rows that came. */
  learn(rows: readonly Row[]): void {
    for (const row of [rows[0], rows.at(-1)]) if (row !== undefined) this.#seconds.add(row.cursor);
    for (const second of this.#seconds) {
      if (this.#seconds.size <= most) break;
      this.#seconds.delete(second);
    }
  }

  /** The interval, made wider up to the nearest of them outside; undefined where none is known. */
  widen({ from, to }: Interval): Interval | undefined {
    const distance = (second: number) => Math.max(from - second, second - to);
    let nearest: number | undefined;
    for (const second of this.#seconds) {
      if (second >= from && second <= to) continue;
      if (nearest === undefined || distance(second) < distance(nearest)) nearest = second;
    }
    return nearest === undefined ? undefined : { from: Math.min(from, nearest), to: Math.max(to, nearest) };
  }
}
