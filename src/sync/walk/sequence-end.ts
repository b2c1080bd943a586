import type { Bounds } from '../bounds.ts';
import { firstPage, type Listing, type PageRead } from '../listing.ts';
import type { Row } from '../row.ts';
import { again, beyond } from './beyond.ts';
import { isYoung } from './known-rows.ts';
import { certain, contains, type RowsInSequence } from './rows-in-sequence.ts';
import { isDepth, tooDeep } from './too-deep.ts';

/** A list that has grown at its end so often in a row does so for ever. */
const growing = 4;

/** What lies behind the pages of a list that is read in its own sequence: more, its end, or a depth. */
export class SequenceEnd {
  /** The last page that came shows all of the list. */
  isWhole = false;
  readonly #listing: Listing;
  readonly #bounds: Bounds;
  readonly #known: RowsInSequence;
  /** Rows that a page has to repeat. */
  readonly #proof: number;
  /** How often in a row the last page showed more than it had, and how many rows it had shown before. */
  #growths = 0;
  #repeated = 0;
  /** Larger pages were tried where none is given so deep. */
  #hasGrown = false;

  constructor(listing: Listing, bounds: Bounds, known: RowsInSequence, proof: number) {
    this.#listing = listing;
    this.#bounds = bounds;
    this.#known = known;
    this.#proof = proof;
  }

  /**
   * What has come into being since the run began is the next one's: a list that grows would never end. A second does
   * not grow.
   */
  readonly isNews = (row: Row) =>
    this.#known.isNew(row) && (this.#bounds.to !== undefined || !isYoung(this.#listing, row));

  /** Whether the next page may be taken without rows that both have: the page ends where the reader stands. */
  #isAtPlace(read: PageRead): boolean {
    if (read.rows.length === 0) return this.#proof === 1;
    return this.#known.endsWithLast(read) && (this.#proof === 1 || !this.#listing.list.immutable);
  }

  /**
   * The page with what follows behind `read`, which brought nothing new or looks like the end; `elsewhere` where it did
   * not end where the reader stands; `unclear` where pages are to be asked for in another size. `newest` is the last one
   * that brought anything. Throws where no page is given so deep.
   */
  async behind(
    read: PageRead,
    newest: PageRead | undefined,
  ): Promise<PageRead | 'end' | 'elsewhere' | 'unclear'> {
    const { facts, largest } = this.#listing;
    const { rows, page, limit } = read;
    const request = { bounds: this.#bounds, place: firstPage, looks: this.#listing.looksBehind(read) };
    const next = await beyond(this.#listing, request, read, this.isNews, this.#known.isFromFront);
    const found = next.found ?? (await this.#grown(read, next.end));
    if (found !== undefined) {
      if (found.page > page) facts.followed(read, true);
      // Where pages count in fewer rows than were asked for, those behind it are on the next one.
      else if (facts.isCustomary(rows.length)) facts.repeated(rows.length);
      // The page itself, with nothing left of what it showed: rows have slid past it.
      const hasSlid = found.page <= page && found.rows.every(this.#known.isNew);
      if (hasSlid || !this.#isAtPlace(read)) return 'elsewhere';
      // What was taken for a depth was none, or is none any more.
      if (found.page > facts.maximumPage) facts.maximumPage = Number.POSITIVE_INFINITY;
      return found;
    }
    facts.followed(read, false);
    if (newest === undefined || next.isCircle) return 'end';
    if (!(await isDepth(this.#listing, this.#bounds, newest, next.end))) {
      // It may have been one when what is behind it was asked for.
      const isMore = next.end > 2 && (await this.#isShownNow(newest));
      return rows.length === 0 || isMore ? 'elsewhere' : 'end';
    }
    // Larger pages reach further with the same number.
    if (limit < largest && rows.length > 0) {
      const start = Math.floor((read.offset + rows.length) / largest);
      const larger = await beyond(this.#listing, request, { page: start, limit: largest }, this.isNews);
      if (larger.found !== undefined) return larger.found;
    }
    if (page < facts.maximumPage && newest.page < facts.maximumPage) {
      facts.maximumPage = Math.max(newest.page, rows.length > 0 ? page : 0);
      return 'unclear';
    }
    if (facts.pageCap < Number.POSITIVE_INFINITY && !this.#hasGrown) {
      this.#hasGrown = true;
      facts.forgetCap();
      return 'unclear';
    }
    throw tooDeep(this.#listing, this.#bounds, newest.page);
  }

  /** Whether the page behind the one that brought the last rows brings something new by now. */
  async #isShownNow({ page, limit }: PageRead): Promise<boolean> {
    const place = () => ({ page: page + 1, limit });
    const { rows } = await this.#listing.ask({ bounds: this.#bounds, place });
    return rows.some(this.isNews);
  }

  /**
   * The page once more, where rows have moved up into it since it was read, or it had ended early. Nothing has moved up
   * where it shows more than it did and lacks none; a list that grows would do so for ever.
   */
  async #grown(read: PageRead, end: number): Promise<PageRead | undefined> {
    const { rows, page, limit, hasNext } = read;
    const isRoomy = rows.length * 2 < limit;
    const mayHaveMore = hasNext || !isRoomy || this.#listing.facts.isCustomary(rows.length);
    if (rows.length === 0 || !mayHaveMore || this.#listing.isAsBefore(read)) return undefined;
    const found = await again(this.#listing, { bounds: this.#bounds, place: firstPage }, read, this.isNews);
    if (found === undefined) return undefined;
    // One page was all there was when the one behind it came empty.
    const isAll = page === 1 && isRoomy;
    // Few rows may keep their sequence by chance, but not page after page. Those that slid past the page are known.
    const kept = keptOf(rows, found.rows);
    this.#repeated = kept > 0 ? this.#repeated + kept : 0;
    this.#growths = kept > 0 ? this.#growths + 1 : 0;
    const isInSequence = kept === rows.length && kept >= certain;
    const hasEnd = isInSequence || (this.#growths >= growing && this.#repeated >= certain);
    // Rows from behind a depth slide into the last page that is given as well.
    this.isWhole = isAll || (hasEnd && !(await isDepth(this.#listing, this.#bounds, found, end)));
    return found;
  }
}

/** How many rows at the end of a page stand on a later version of it, in the same sequence. */
function keptOf(rows: readonly Row[], later: readonly Row[]): number {
  const ids = new Set(later.map(({ id }) => id));
  const first = rows.findIndex(({ id }) => ids.has(id));
  return first >= 0 && contains(later, rows.slice(first)) ? rows.length - first : 0;
}
