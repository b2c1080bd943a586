import type { List } from '../stream/declaration.ts';
import { ExplainedOrder } from './explained-order.ts';
import type { PageRead } from './listing.ts';
import type { Row } from './row.ts';

/** Page sizes that Kommo falls back to whatever was asked (kommo-api.md §3, §5). */
const customaryPageSizes = [50, 100, 250];
/** The token is likely to see more of the rows than this share. */
const visible = 0.6;
/** No server gives so little at a time. */
const smallestCap = 20;
/** Steps in one direction of time, and none in the other, which make it certain that the list keeps it. */
const certainSteps = 20;

/**
 * What an answer says of the list behind it: that nothing follows, that something does, or neither: then the walk
 * asks in another way.
 */
export type Verdict = 'end' | 'more' | 'doubt';

/**
 * How the server treats one list, as far as its answers have shown. Each fact rests on evidence of this run and is
 * given up when an answer contradicts it. Nothing is lost by a wrong one: it only costs requests.
 */
export class Facts {
  /** What `order` by the cursor does. Assumed of no list: rows may come in order by chance. */
  cursorOrder: 'unknown' | 'honoured' = 'unknown';
  /** What changed last is on top: the whole list was seen so. */
  isNewestFirst = false;
  /** Pages behind this one are known to come empty. */
  maximumPage = Number.POSITIVE_INFINITY;
  #pageCap = Number.POSITIVE_INFINITY;
  #rises = 0;
  #falls = 0;
  #supposesNothing = false;
  #nextWasTrue = false;
  #nextWasMissing = false;
  #nextWasFalse = false;

  /** The largest page that the server gives, whatever is asked for. */
  get pageCap(): number {
    return this.#pageCap;
  }

  /** `next` as the evidence has it. */
  get next(): 'unknown' | 'honest' | 'always' | 'never' {
    if (this.#nextWasMissing) return 'never';
    if (this.#nextWasFalse) return 'always';
    return this.#nextWasTrue ? 'honest' : 'unknown';
  }

  /**
   * In which direction of time the rows come of a list that was asked for no order; undefined as long as that is not
   * certain, since a few rows do so by chance.
   */
  get course(): 'rising' | 'falling' | undefined {
    if (this.hasNoOrder) return undefined;
    if (this.#rises >= certainSteps) return 'rising';
    return this.#falls >= certainSteps ? 'falling' : undefined;
  }

  /** The list comes in no order of time at all: only windows that fit one answer are safe to read. */
  get hasNoOrder(): boolean {
    return this.#rises > 0 && this.#falls > 0;
  }

  /**
   * Takes note of the order in which rows have come that were not asked for in any. Where times can change, rows in
   * an order that explains theirs tell nothing.
   */
  learnCourse(rows: readonly Row[], { immutable }: Pick<List, 'immutable'>): void {
    const other = new ExplainedOrder();
    let rises = 0;
    let falls = 0;
    for (const [index, row] of rows.entries()) {
      if (index === 0) continue;
      const before = rows[index - 1]!;
      other.step(before, row);
      if (row.cursor > before.cursor) rises += 1;
      if (row.cursor < before.cursor) falls += 1;
    }
    if (!immutable && other.isExplained && (rises === 0 || falls === 0)) return;
    this.#rises += rises;
    this.#falls += falls;
  }

  /** That rows came in the order of time was somebody's doing. */
  denyCourse(): void {
    this.#rises += 1;
    this.#falls += 1;
  }

  /** Takes note of an answer that came. */
  learn({ rows }: PageRead): void {
    if (rows.length > this.#pageCap) this.#pageCap = Number.POSITIVE_INFINITY;
  }

  /** It has turned out whether visible rows follow behind the page. */
  followed({ rows, limit, hasNext }: PageRead, isFollowed: boolean): void {
    if (isFollowed && hasNext) this.#nextWasTrue = true;
    if (isFollowed && !hasNext) this.#nextWasMissing = true;
    if (!isFollowed && hasNext) this.#nextWasFalse = true;
    if (isFollowed && rows.length < limit) this.#supposeCap(rows.length, limit);
  }

  /** A page of this size may be full, whatever was asked for. */
  isCustomary(size: number): boolean {
    return customaryPageSizes.includes(size);
  }

  /** The least of those sizes that a page of so many rows may have been cut to. */
  customarySize(size: number): number {
    return customaryPageSizes.find((customary) => size <= customary) ?? Number.POSITIVE_INFINITY;
  }

  /** A page of `size` rows repeated what was known, as it does where page numbers count in fewer rows than asked for. */
  repeated(size: number): void {
    // Pages that end early by chance must not make it smaller and smaller.
    if (this.mayBeCap(size)) this.#pageCap = size;
  }

  /** The server may give no more than `size` rows at a time. */
  mayBeCap(size: number): boolean {
    return size >= smallestCap && size < this.#pageCap;
  }

  /** Pages that ended early may have looked like all that the server gives: that is to be found out anew. */
  forgetCap(): void {
    this.#pageCap = Number.POSITIVE_INFINITY;
  }

  /**
   * Whether the list ends with the page. A missing `next` is believed only where `next` was seen to tell the truth,
   * and never behind a full page (kommo-api.md §5.3: a full page without `next`, and more rows behind it).
   */
  judge({ rows, limit, page, hasNext, total }: PageRead): Verdict {
    if (page === 1 && total !== undefined && total === rows.length) return 'end';
    if (rows.length === 0) return 'doubt';
    if (rows.length >= limit) return 'more';
    if (!hasNext) return this.next === 'honest' ? 'end' : this.#ofSize(rows.length);
    return this.next === 'always' ? this.#ofSize(rows.length) : 'more';
  }

  /** A page with more room than rows, and no link to a next one: what follows is expected to be nothing. */
  isRoomy({ rows, limit, hasNext }: PageRead): boolean {
    if (rows.length === 0 || rows.length * 2 > limit || this.#mayBeAllThatIsGiven(rows.length, limit))
      return false;
    return this.next === 'always' || (!hasNext && this.next !== 'never');
  }

  /**
   * Page numbers may count in fewer rows than were asked for, some of which the token may not see. To ask for so few
   * is safe in any case; where it brings much less, it was not the server that gave so few.
   */
  #supposeCap(size: number, limit: number): void {
    if (limit === this.#pageCap && size * 2 < limit) {
      this.#supposesNothing = true;
      this.#pageCap = Number.POSITIVE_INFINITY;
    }
    const cap = this.customarySize(size);
    if (cap >= limit) return;
    if (size !== cap && this.#supposesNothing) return;
    this.#pageCap = cap;
    this.#supposesNothing = true;
  }

  /** Some rows less than a size that servers fall back to: the token may not see those. */
  #mayBeAllThatIsGiven(size: number, limit: number): boolean {
    const customary = this.customarySize(size);
    return customary < limit && size > visible * customary;
  }

  #ofSize(size: number): Verdict {
    return size === this.#pageCap ? 'more' : 'doubt';
  }
}
