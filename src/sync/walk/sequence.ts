import type { Interval } from '../../stream/interval.ts';
import type { Bounds } from '../bounds.ts';
import { OrderIgnored } from '../detour.ts';
import type { Listing, PageRead } from '../listing.ts';
import type { Row } from '../row.ts';
import { placeBehind } from './beyond.ts';
import { pageAt } from './place.ts';
import { certain, RowsInSequence } from './rows-in-sequence.ts';
import { SequenceEnd } from './sequence-end.ts';
import type { Outcome, WindowOptions } from './walk.ts';

/** Requests in a row that bring nothing new before the sequence counts as none. */
const patience = 16;
/** Further looks at an empty answer where rows are known to be. */
const emptyLooks = 6;
/** So often a seam may lead back to the first page before a later one brings anything. */
const mostRestarts = 6;

/**
 * Reads a list, or a single second of it, in the sequence in which the server gives it, without asking for an order:
 * each page has to begin with rows of the page before it, in the same sequence, so that a removal cannot pull a row
 * past the reader. Rows that come in or move up only make pages repeat what is known. A list whose sequence changes
 * from request to request proves nothing: then it throws OrderIgnored.
 */
export function sequence(
  listing: Listing,
  window: Partial<Interval>,
  { likelyRows = 0 }: WindowOptions,
): AsyncGenerator<Row[], Outcome> {
  return new Sequence(listing, window, likelyRows > 0).rows();
}

class Sequence {
  readonly #listing: Listing;
  readonly #bounds: Bounds;
  readonly #isKnown: boolean;
  readonly #known: RowsInSequence;
  readonly #end: SequenceEnd;
  /**
   * Rows that a page has to repeat. Those of one second have no order that a server would have to keep. A page that
   * repeats half of the one before it could not get ahead.
   */
  readonly #proof: number;
  #position = 0;
  /** So far it has got at any time. */
  #furthest = 0;
  #overlap = 0;
  /** The last page that got ahead. */
  #before: PageRead | undefined;
  /** The last page that brought anything. */
  #newest: PageRead | undefined;
  /** Smaller pages are asked for since the last one that brought anything. */
  #hasShrunk = false;

  constructor(listing: Listing, { from, to }: Partial<Interval>, isKnown: boolean) {
    const { list } = listing;
    this.#listing = listing;
    this.#isKnown = isKnown;
    const isWhole = to === undefined;
    this.#bounds = isWhole
      ? { from, to, asked: { from: undefined, to: undefined } }
      : listing.bounds({ from: from!, to });
    this.#known = new RowsInSequence(
      list.immutable && isWhole ? 5 * list.pageSize : Number.POSITIVE_INFINITY,
    );
    this.#proof = isWhole ? 1 : Math.min(certain, Math.floor(list.pageSize / 2) - 2);
    this.#end = new SequenceEnd(listing, this.#bounds, this.#known, this.#proof);
  }

  async *rows(): AsyncGenerator<Row[], Outcome> {
    const outcome = yield* this.#pages();
    if (outcome === 'read' && this.#known.isShuffled) throw new OrderIgnored();
    return outcome;
  }

  async *#pages(): AsyncGenerator<Row[], Outcome> {
    const { facts, list } = this.#listing;
    let restarts = 0;
    for (let idle = 0; idle <= patience; idle += 1) {
      const read = await this.#next();
      const { rows } = read;
      if (rows.length === 0 && this.#position === 0 && !read.exists) return 'empty';
      if (!list.isPaged) {
        yield read.inside;
        return 'read';
      }
      // Rows that were known stand no more where the page was to begin.
      if (rows.length === 0 && !read.exists) {
        this.#widen();
        continue;
      }
      this.#known.compare(read, this.#fullSize(read));
      const isStart = read.page === 1;
      const isJoined = rows.length === 0 || this.#position === 0 || this.#known.joins(read, this.#proof);
      // The first page of a list is one to begin with anew; that of a second has to come as it came.
      if (!isJoined && isStart && this.#proof > 1) break;
      if (!isJoined && !isStart) {
        this.#widen();
        continue;
      }
      if (this.#countsInFewer(read)) {
        facts.repeated(rows.length);
        this.#hasShrunk = true;
        continue;
      }
      const isAnew = isStart && this.#before !== undefined && this.#before.page > 1;
      if (isStart && this.#position > 0) restarts += 1;
      if (restarts > mostRestarts) break;
      const isRepeated = this.#known.isRepeated(read, this.#position);
      const hasNews = rows.some(this.#end.isNews);
      if (hasNews) {
        if (this.#isBehind(this.#before, read)) facts.followed(this.#before!, true);
        if (!isRepeated) this.#newest = read;
        this.#hasShrunk = false;
        idle = 0;
        // What has come may be forgotten, and come as news again.
        if (read.offset + rows.length > this.#furthest) restarts = 0;
        this.#furthest = Math.max(this.#furthest, read.offset + rows.length);
      }
      yield this.#known.take(read);
      const verdict = facts.judge(read);
      if (verdict === 'end') return 'read';
      const isBarren = (!hasNews && !isAnew) || isRepeated;
      // A page that was cut short holds half of its rows at least; what it left out comes with the next one.
      const isDoubtful = verdict === 'doubt' || facts.next !== 'honest';
      if (isBarren || (isDoubtful && (rows.length * 2 < read.limit || this.#listing.isAsBefore(read)))) {
        const found = await this.#end.behind(read, this.#newest);
        if (found === 'end' && !isRepeated) return 'read';
        if (found === 'end') this.#position = read.offset + rows.length;
        if (found === 'elsewhere') this.#widen();
        if (typeof found === 'string') continue;
        yield this.#known.take(found);
        this.#position = placeBehind(this.#listing, found);
        this.#newest = found;
        this.#before = found;
        this.#overlap = 0;
        // A second that is over only gets smaller: this comes to an end.
        if (this.#proof > 1) {
          idle = 0;
          restarts = 0;
        }
        if (this.#end.isWhole) return 'read';
        continue;
      }
      this.#position = read.offset + rows.length;
      this.#before = read;
      this.#overlap = isAnew ? 0 : this.#overlap >> 1;
    }
    throw new OrderIgnored();
  }

  /** The most rows that such a page may hold. */
  #fullSize({ rows, limit }: PageRead): number {
    const { facts } = this.#listing;
    return Math.min(limit, facts.pageCap, facts.customarySize(rows.length));
  }

  #next(): Promise<PageRead> {
    const seam = { position: this.#position, overlap: Math.max(this.#overlap, this.#proof) };
    const { facts } = this.#listing;
    return this.#listing.ask({
      bounds: this.#bounds,
      place: (largest) => pageAt(seam, largest, facts.maximumPage),
      looks: this.#position > 0 || this.#isKnown ? emptyLooks : 0,
    });
  }

  /** The next page is to begin further in front. */
  #widen(): void {
    this.#overlap = Math.max(8, this.#overlap * 4);
  }

  /**
   * A page from further in front with less rows than it was asked for: page numbers count in so many. Where fewer at a
   * time only lead further to the front, they do not.
   */
  #countsInFewer(read: PageRead): boolean {
    const { facts } = this.#listing;
    const { rows, page, limit } = read;
    if (this.#hasShrunk || page === 1 || rows.length >= Math.min(limit, facts.pageCap)) return false;
    return facts.mayBeCap(rows.length) && this.#known.isFurtherInFront(read);
  }

  /** The page has new rows where the one before it had no room for them: they stood behind it. */
  #isBehind(before: PageRead | undefined, { rows, offset }: PageRead): boolean {
    return (
      before !== undefined && offset + rows.findLastIndex(this.#known.isNew) >= before.offset + before.limit
    );
  }
}
