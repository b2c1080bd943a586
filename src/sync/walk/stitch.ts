import { UnexpectedAnswerError } from '../../errors.ts';
import type { Interval } from '../../stream/interval.ts';
import { firstPage, type Listing, type PageRead, type PageRequest } from '../listing.ts';
import { comesBehind, type Order, reversed } from '../order.ts';
import type { Row } from '../row.ts';
import { Ahead } from './ahead.ts';
import { beyond, placeBehind } from './beyond.ts';
import { checkEmptiness, isYoung } from './known-rows.ts';
import { pageAt } from './place.ts';
import { isProvenEmpty } from './proven-empty.ts';
import { reachesBehind } from './reaches-behind.ts';
import { tooDeep } from './too-deep.ts';
import type { Outcome, WindowOptions } from './walk.ts';

/** Requests in a row that bring nothing new before a list counts as unreadable. */
const patience = 24;
/** Looks at a page that brings nothing new although more is known to follow, before it counts as too deep. */
const barrenLooks = 4;

/**
 * Reads a list ordered by id so that no removal can hide a record: each page has to begin at or before the last
 * id seen, so that page by page the list is covered without a gap. Where removals have pulled the rest of the
 * list past the reader, the page begins behind that id: then the reader steps back until the seam closes.
 * Records that come in behind the reader were changed after the window closed, or have new ids at the end.
 *
 * Where an answer leaves the end in doubt, the list is looked at from its other end. What lies too deep for page
 * numbers is left for shorter windows; of what cannot be shortened, the rest is read from the other end.
 */
export async function* stitch(
  listing: Listing,
  window: Partial<Interval>,
  options: WindowOptions,
): AsyncGenerator<Row[], Outcome> {
  const stitching = new Stitching(listing, window, { by: 'id' }, options);
  const outcome = yield* stitching.rows();
  const isDivisible = window.to !== undefined && window.from !== window.to;
  if (outcome !== 'too long' || stitching.last === undefined || isDivisible) return outcome;
  const back = new Stitching(listing, window, { by: 'id', isDescending: true }, {}, stitching.last);
  if ((yield* back.rows()) === 'read') return 'read';
  throw tooDeep(listing, stitching.request.bounds, listing.facts.maximumPage);
}

class Stitching {
  /** The id of the last row that has come. */
  last: Row['id'] | undefined;
  readonly request: Omit<PageRequest, 'place'>;
  readonly #listing: Listing;
  readonly #window: Partial<Interval>;
  readonly #order: Order;
  readonly #options: WindowOptions;
  /** Where this id is reached, all has come. */
  readonly #until: Row['id'] | undefined;
  #overlap = 0;
  readonly #isBehind = ({ id }: Row) => comesBehind(id, this.last, this.#order);

  constructor(
    listing: Listing,
    window: Partial<Interval>,
    order: Order,
    options: WindowOptions,
    until?: Row['id'],
  ) {
    this.#listing = listing;
    this.#window = window;
    this.#order = order;
    this.#options = options;
    this.#until = until;
    this.request = { bounds: listing.bounds(window), order };
    this.last = options.after?.last;
  }

  async *rows(): AsyncGenerator<Row[], Outcome> {
    const { bearable, after, likelyRows = Number.POSITIVE_INFINITY, reached } = this.#options;
    const { facts } = this.#listing;
    const ahead = new Ahead(this.#listing, likelyRows, (position) => this.#next(position));
    let position = after?.position ?? 0;
    let before: PageRead | undefined;
    let barren = 0;
    for (let idle = 0; idle <= patience; idle += 1) {
      const { read, reach, isAhead } = await ahead.take(position);
      const { rows } = read;
      if (rows.length === 0 && this.last === undefined && !read.exists) return 'empty';
      if (rows.length > 0 && !this.#joins(read)) {
        ahead.drop();
        if (!isAhead) this.#overlap = Math.max(8, this.#overlap * 4);
        continue;
      }
      if (bearable !== undefined && before === undefined && rows.length * 2 >= read.limit) {
        const isMore = facts.judge(read) !== 'end';
        if (isMore && (await reachesBehind(bearable, this.#listing, this.#window))) return 'too long';
      }
      const fresh = rows.filter(this.#isBehind);
      if (fresh.length > 0) {
        if (before !== undefined) facts.followed(before, true);
        before = read;
        yield* this.#take(fresh, read);
        if (this.#isThrough()) return 'read';
        idle = 0;
        barren = 0;
      }
      const verdict = facts.judge(read);
      if (verdict === 'end') return 'read';
      if (!fresh.some((row) => this.#isWanted(row)) || verdict === 'doubt') {
        const isFollowed = await this.#isFollowed();
        facts.followed(read, isFollowed);
        if (!isFollowed) return 'read';
      }
      if (fresh.length === 0) {
        ahead.drop();
        barren += 1;
        const found = await this.#passed(read, barren);
        if (found === 'too long') return 'too long';
        if (found !== undefined) {
          yield* this.#take(found.rows.filter(this.#isBehind), found);
          if (this.#isThrough()) return 'read';
          position = placeBehind(this.#listing, found);
          barren = 0;
        }
        continue;
      }
      position = read.offset + rows.length;
      if (position !== reach) ahead.drop();
      this.#overlap = this.#overlap >> 1;
      if (this.last !== undefined) reached?.({ position, last: this.last });
    }
    throw new UnexpectedAnswerError(
      `${this.#listing.purpose}: Kommo's pages do not join up; the list changes faster than it can be read`,
    );
  }

  #next(position: number) {
    const seam = { position, overlap: this.#overlap };
    const place = (largest: number) => pageAt(seam, largest);
    const { page, limit } = place(this.#listing.largest);
    return { request: { ...this.request, place }, reach: page * limit };
  }

  #joins({ page, rows }: PageRead): boolean {
    return page === 1 || (this.last !== undefined && !comesBehind(rows[0]!.id, this.last, this.#order));
  }

  /** Windows are asked for with a second more on either side; of a list that grows, what is young is the next run's. */
  #isWanted(row: Row): boolean {
    const { from = 0, to } = this.#window;
    return to === undefined ? !isYoung(this.#listing, row) : row.cursor >= from && row.cursor <= to;
  }

  *#take(fresh: Row[], { inside }: PageRead): Generator<Row[], void> {
    const wanted = new Set(inside);
    this.last = fresh.at(-1)!.id;
    yield fresh.filter((row) => wanted.has(row));
  }

  #isThrough(): boolean {
    return this.#until !== undefined && !comesBehind(this.#until, this.last, this.#order);
  }

  /** Whether rows behind the last one are in the list, as the page at its other end has it. */
  async #isFollowed(): Promise<boolean> {
    const order = reversed(this.#order);
    const request = { ...this.request, order, place: firstPage, looks: barrenLooks };
    // Where the page comes down to what is known, it leaves nothing out that is wanted.
    const isMore = (rows: readonly Row[]) =>
      rows.every(this.#isBehind) || rows.some((row) => this.#isBehind(row) && this.#isWanted(row));
    const read = await this.#listing.ask(request);
    if (read.rows.length > 0) return isMore(read.rows);
    if (read.exists) {
      const { found: shown } = await beyond(this.#listing, request, read, () => true);
      if (shown !== undefined) return isMore(shown.rows);
    }
    const { from, to } = this.#window;
    if (from !== undefined && to !== undefined)
      return !(await isProvenEmpty(this.#listing, { from, to }, undefined));
    await checkEmptiness(this.#listing);
    return false;
  }

  /**
   * What to do behind a page that brings nothing new although more follows: pages may count in fewer rows, show none, or
   * not be given so deep.
   */
  async #passed(read: PageRead, barren: number): Promise<PageRead | 'too long' | undefined> {
    const { rows, limit, page } = read;
    const { facts } = this.#listing;
    if (limit > facts.pageCap) return undefined;
    const request = { ...this.request, place: firstPage, looks: barrenLooks };
    // A page that ends elsewhere is of another list: the filter was overlooked.
    const isAtLast = rows.length === 0 ? read.exists : rows.at(-1)!.id === this.last;
    const isLastLook = barren >= (page > facts.maximumPage ? 1 : barrenLooks);
    const mayPass = isAtLast && (barren === 1 || isLastLook);
    const { found } = mayPass ? await beyond(this.#listing, request, { page, limit }, this.#isBehind) : {};
    // The page itself may be given by now, and rows have slid past it.
    if (found && (found.page > page || this.#joins(found))) return found;
    if (rows.length < limit && rows.length * 2 >= limit) facts.repeated(rows.length);
    await this.#listing.pause(barren);
    if (!isLastLook || found) return undefined;
    if (page > 1) facts.maximumPage = Math.min(facts.maximumPage, page - 1);
    return 'too long';
  }
}
