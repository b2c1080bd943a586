import type { PageRead } from './listing.ts';

/** Page sizes that Kommo falls back to whatever was asked (kommo-api.md §3, §5). */
const customaryPageSizes = [50, 100, 250];

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
  /** The list comes in no order of time at all: only windows that fit one answer are safe to read. */
  hasNoOrder = false;
  /** Pages behind this one are known to come empty. */
  maximumPage = Number.POSITIVE_INFINITY;
  #pageCap = Number.POSITIVE_INFINITY;
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

  /** Takes note of an answer that came. */
  learn({ rows }: PageRead): void {
    if (rows.length > this.#pageCap) this.#pageCap = Number.POSITIVE_INFINITY;
  }

  /** It has turned out whether visible rows follow behind the page. */
  followed({ rows, limit, hasNext }: PageRead, isFollowed: boolean): void {
    if (isFollowed && hasNext) this.#nextWasTrue = true;
    if (isFollowed && !hasNext) this.#nextWasMissing = true;
    if (!isFollowed && hasNext) this.#nextWasFalse = true;
    if (isFollowed && rows.length < limit && this.isCustomary(rows.length)) this.#pageCap = rows.length;
  }

  /** A page of this size may be full, whatever was asked for. */
  isCustomary(size: number): boolean {
    return customaryPageSizes.includes(size);
  }

  /** A page of `size` rows repeated what was known, as it does where page numbers count in fewer rows than asked for. */
  repeated(size: number): void {
    this.#pageCap = Math.min(this.#pageCap, size);
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

  /** A first page that is nearly empty holds the whole list: no server gives so little of what it has. */
  isNearlyEmpty({ rows, limit, page, hasNext }: PageRead): boolean {
    return page === 1 && rows.length * 8 <= limit && (!hasNext || this.next === 'always');
  }

  #ofSize(size: number): Verdict {
    return size === this.#pageCap ? 'more' : 'doubt';
  }
}
