import type { Page } from '../api/kommo-client.ts';
import { HeavyPageError, UnexpectedAnswerError } from '../errors.ts';
import type { List } from '../stream/declaration.ts';
import type { Interval } from '../stream/interval.ts';
import { type Bounds, BoundsEvidence } from './bounds.ts';
import { FiltersIgnored, mayBeForTheFilter } from './detour.ts';
import type { CountingClient } from './in-flight.ts';
import { PageSize } from './page-size.ts';
import { parseRow, type Row } from './row.ts';
import type { Density } from './walk/density.ts';

export interface Question {
  bounds: Bounds;
  order?: 'cursor' | 'id';
  /** Where to read, given the largest page that may be asked for. */
  place: (largest: number) => { page: number; limit: number };
  /** Rows are known to be there, or at least the page before was full: an empty answer is asked for once more. */
  expectsRows?: boolean;
}

export interface Answer {
  /** Everything that came, rows outside the bounds included. */
  rows: Row[];
  /** Those within the bounds that were asked for. */
  inside: Row[];
  /** How many rows of the list stand before the first one. */
  offset: number;
  limit: number;
  /** The server says, or its page is so full, that the list may go on behind this page. */
  mayGoOn: boolean;
  /** The server's clock, Unix seconds. */
  servedAt: number | undefined;
}

/** Page sizes that Kommo falls back to whatever was asked (kommo-api.md §3, §5). */
const customaryPageSizes = [50, 100, 250];
export const largestWindow = 4_000;

/**
 * One list of the account, and what has been learnt about how the server treats it: the page size it bears,
 * whether its bounds are inclusive, whether it filters at all.
 */
export class Listing {
  readonly list: List;
  readonly #client: CountingClient;
  /** Who reads it, for logs, errors and counts: a stream's name. */
  readonly purpose: string;
  readonly #size: PageSize;
  /** How densely records lie where some were read last; a first guess for other places. */
  density: Density | undefined;
  /**
   * Records that a window should hold. The last page of each is not full, so more of them cost fewer requests; but
   * the more readers share a list, the smaller the windows have to be towards its end.
   */
  intended = largestWindow;
  filters: boolean;
  readonly #evidence = new BoundsEvidence();
  #nextIsAlwaysThere = false;
  #largestSeen = 0;
  #answers = 0;

  constructor(list: List, client: CountingClient, purpose: string) {
    this.list = list;
    this.#client = client;
    this.purpose = purpose;
    this.#size = new PageSize(list.pageSize);
    this.filters = list.filter !== undefined;
  }

  /** The largest page that may be asked for. */
  get largest(): number {
    return this.#size.largest;
  }

  /** Further requests that the permitted rate has room for. */
  spareRequests(): number {
    return this.#client.spareRequests();
  }

  /** Bounds to ask with. A walk of several pages takes them once: page numbers count in one and the same list. */
  bounds(window: Partial<Interval>): Bounds {
    return this.#evidence.widen(window);
  }

  /** One answer; a page that is too heavy for the server is asked for again with a smaller size. */
  async ask(question: Question): Promise<Answer> {
    let { expectsRows = false } = question;
    for (let doubted = false; ; ) {
      const { page, limit } = question.place(this.largest);
      const { host, path, envelope } = this.list;
      // Another reader may find out meanwhile that the account does not filter.
      const filtered = this.filters;
      try {
        const answer = await this.#client.list({
          ...{ host, path, envelope, purpose: this.purpose },
          size: this.#size.sizeOf(limit),
          query: {
            ...this.list.query,
            ...(this.list.isPaged && { page, limit }),
            ...(filtered && this.#selection(question.bounds)),
            ...this.#order(question.order),
            ...this.#with(),
          },
        });
        this.#size.answered(limit);
        const rows = answer.rows.map((row) => parseRow(row, this.list, this.purpose));
        if (filtered && !this.#evidence.learn(rows, question.bounds)) {
          // One stray answer is a hiccup, two are a habit.
          if (doubted) throw new FiltersIgnored();
          doubted = true;
          continue;
        }
        if (rows.length === 0 && expectsRows) {
          // A list now and then ends too early and is whole a moment later (kommo-api.md §5.6).
          expectsRows = false;
          continue;
        }
        this.#answers += 1;
        this.#largestSeen = Math.max(this.#largestSeen, rows.length);
        const bounds = filtered ? question.bounds : { from: question.bounds.from, to: undefined };
        return this.#answer(answer, rows, bounds, { offset: (page - 1) * limit, limit });
      } catch (error) {
        if (filtered && (this.#answers === 0 || !this.filters) && mayBeForTheFilter(error))
          throw new FiltersIgnored(error.message);
        if (!(error instanceof HeavyPageError)) throw error;
        this.#size.failed(limit);
      }
    }
  }

  /**
   * Whether the list ends with `answer`. In doubt it asks for the page behind it, once a listing; a page of a
   * customary size never ends a list by itself.
   */
  async endsWith(answer: Answer, question: Question): Promise<boolean> {
    if (!answer.mayGoOn) return true;
    const size = answer.rows.length;
    if (size >= answer.limit) return false;
    if (this.capOf(answer) === size) return false;
    if (this.#nextIsAlwaysThere) return true;
    const page = Math.floor(answer.offset / answer.limit) + 2;
    const behind = await this.ask({ ...question, place: () => ({ page, limit: answer.limit }) });
    if (behind.rows.length === 0) this.#nextIsAlwaysThere = true;
    else if (size === 0) {
      throw new UnexpectedAnswerError(
        `${this.purpose}: Kommo sent an empty page with more records behind it`,
      );
    }
    return this.#nextIsAlwaysThere;
  }

  /** The largest page that the server gives, as far as this answer tells: infinite unless it fell short of `limit`. */
  capOf({ rows, limit }: Answer): number {
    const fellShort = rows.length < limit && rows.length >= this.#largestSeen;
    return fellShort && customaryPageSizes.includes(rows.length) ? rows.length : Number.POSITIVE_INFINITY;
  }

  /**
   * The places of the list that a page stands for. A short page in the middle of a list either is all that the
   * server gives at once, and then its page numbers count in that; or it hides records that the token may not
   * see, and those keep their places.
   */
  placesTaken(answer: Answer): number {
    return Math.min(answer.limit, this.capOf(answer));
  }

  #answer(
    page: Page,
    rows: Row[],
    { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Pick<Bounds, 'from' | 'to'>,
    place: { offset: number; limit: number },
  ): Answer {
    const isFull = rows.length >= place.limit || customaryPageSizes.includes(rows.length);
    return {
      ...place,
      rows,
      inside: rows.filter((row) => row.cursor >= from && row.cursor <= to),
      mayGoOn: this.list.isPaged && (page.hasNext || isFull),
      servedAt: page.servedAt,
    };
  }

  #selection({ asked: { from, to } }: Bounds): Record<string, number> {
    const { filter } = this.list;
    return {
      ...(from !== undefined && { [`${filter}[from]`]: from }),
      ...(to !== undefined && { [`${filter}[to]`]: to }),
    };
  }

  #order(order: Question['order']): Record<string, string> {
    if (order === undefined) return {};
    return { [`order[${order === 'id' ? 'id' : this.list.cursor}]`]: 'asc' };
  }

  #with(): Record<string, string> {
    return this.list.with.length === 0 ? {} : { with: this.list.with.join(',') };
  }
}
