import type { Page } from '../api/kommo-client.ts';
import type { SizeOfPage } from '../api/retry.ts';
import type { Clock } from '../clock.ts';
import { HeavyPageError } from '../errors.ts';
import type { List } from '../stream/declaration.ts';
import type { Interval } from '../stream/interval.ts';
import { type Bounds, BoundsEvidence } from './bounds.ts';
import { type ClosedSecond, secondBefore } from './closed-second.ts';
import { FiltersIgnored, mayBeForTheFilter, OrderIgnored, WindowStillOpen } from './detour.ts';
import { Facts } from './facts.ts';
import type { CountingClient } from './in-flight.ts';
import { KnownSeconds } from './known-seconds.ts';
import { isInOrder, type Order } from './order.ts';
import { PageSize } from './page-size.ts';
import { parseRow, type Row } from './row.ts';
import { Silence } from './silence.ts';
import type { Density } from './walk/density.ts';

export interface PageRequest {
  bounds: Bounds;
  order?: Order | undefined;
  /** Where to read, given the largest page that may be asked for. */
  place: (largest: number) => { page: number; limit: number };
  /** How often an empty answer is asked for again, with growing pauses; not at all when absent. */
  looks?: number;
}

/** A page that came, and where it stands in its list. */
export interface PageRead {
  /** Everything that came, rows outside the bounds included. */
  rows: Row[];
  /** Those within the bounds that were asked for. */
  inside: Row[];
  page: number;
  /** How many rows of the list stand before the first one. */
  offset: number;
  limit: number;
  hasNext: boolean;
  /** How many rows the list has by its own account; some of them the token may not see. */
  total: number | undefined;
  /** The server has such a page, though it may show nothing on it. */
  exists: boolean;
  /** The server's clock, Unix seconds. */
  servedAt: number | undefined;
}

/** What is known of a list from what was read of it before: a row that was there, by its cursor and identity. */
export interface Witness {
  cursor: number;
  id: number | string;
}

export interface ListingOptions {
  client: CountingClient;
  /** Who reads it, for logs, errors and counts: a stream's name. */
  purpose: string;
  clock: Clock;
  /** The last second that is over; undefined where nothing depends on it. */
  closed?: ClosedSecond | undefined;
  /** How far empty answers are believed; shared by the lists of a family. */
  silence?: Silence | undefined;
  /** The page size that the server bears; shared by the lists of a family. */
  size?: PageSize | undefined;
}

export const largestWindow = 4_000;
/** Seconds between looks at an answer that cannot be true: troubles of a server are over after some of them. */
const pauses = [0, 0.2, 0.5, 1.5, 5, 12, 30];
/** A server is known to overlook a filter, an order or all rows up to three times in a row (kommo-api.md §5.6). */
export const patience = 4;
/** One server among three whose clock is off is not met so often in a row. */
const clockPatience = 12;

export const firstPage = (largest: number) => ({ page: 1, limit: largest });

/** One list of the account, asked page by page, and what has been learnt about how the server treats it. */
export class Listing {
  readonly list: List;
  readonly purpose: string;
  readonly facts = new Facts();
  /** How densely records lie where some were read last; a first guess for other places. */
  density: Density | undefined;
  /**
   * Records that a window should hold. The last page of each is not full, so more of them cost fewer requests; but
   * the more readers share a list, the smaller the windows have to be towards its end.
   */
  intended = largestWindow;
  filters: boolean;
  /** The orders that it can be asked for, as far as it keeps them. */
  readonly orders: Set<Order['by']>;
  /** The latest row that is known to be in the list. */
  witness: Witness | undefined;
  /** The latest row of the seconds before that one. */
  #earlier: Witness | undefined;
  /** A row of a second that was not over: the list is not empty. */
  #young: Witness | undefined;
  readonly known = new KnownSeconds();
  /** An earlier run has read the list and found nothing in it. */
  wasEmpty = false;
  /** Unix seconds: hardly anything is expected before, since the account did not exist. */
  origin = 0;
  /** How many rows it had when it was last read whole; 0 where nobody knows. */
  knownRows = 0;
  readonly options: ListingOptions;
  readonly silence: Silence;
  readonly #bounds = new BoundsEvidence();
  readonly #size: PageSize;
  #answers = 0;
  /** Answers in a row that overlooked the filter, whoever asked. */
  #overlooked = 0;

  constructor(list: List, options: ListingOptions) {
    this.list = list;
    this.purpose = options.purpose;
    this.options = options;
    this.silence = options.silence ?? new Silence({ isOfMany: false });
    this.#size = options.size ?? new PageSize(list.pageSize);
    this.filters = list.filter !== undefined;
    this.orders = new Set([
      ...(list.ordersById ? ['id' as const] : []),
      ...(list.ordersByCursor ? ['cursor' as const] : []),
    ]);
  }

  /** The largest page that may be asked for. */
  get largest(): number {
    return Math.min(this.#size.largest, this.facts.pageCap);
  }

  /**
   * The row to begin with next time. In a log, an answer that comes down from the latest row to an earlier one shows by
   * itself that it leaves nothing out; elsewhere the earlier one may move.
   */
  get knownRow(): Witness | undefined {
    return (this.list.immutable ? this.#earlier : undefined) ?? this.witness ?? this.#young;
  }

  /** Further requests that the permitted rate has room for. */
  spareRequests(): number {
    return this.options.client.spareRequests();
  }

  /** Bounds to ask with. A walk of several pages takes them once: page numbers count in one and the same list. */
  bounds(window: Partial<Interval>): Bounds {
    return this.#bounds.widen(window);
  }

  /** Whether less would be asked for by now. */
  isOutdated({ from, to, asked }: Bounds): boolean {
    const now = this.bounds({ from, to }).asked;
    return asked.from !== undefined && (now.from !== asked.from || now.to !== asked.to);
  }

  /**
   * How often an empty answer behind `read` is to be asked for again. It is what was to be expected behind a page
   * with much room left, and behind as many rows as were there before; behind others it may be a trouble that passes.
   */
  looksBehind(read: PageRead): number {
    return this.isAsBefore(read) || this.facts.isRoomy(read) ? 0 : patience - 1;
  }

  /** The page holds as many rows as the whole list did. */
  isAsBefore({ page, rows }: PageRead): boolean {
    return page === 1 && rows.length > 0 && rows.length === this.knownRows;
  }

  /** Waits before the look number `look`, counted from 0, at something that cannot be true. */
  async pause(look: number): Promise<void> {
    const seconds = pauses[Math.min(look, pauses.length - 1)]!;
    if (seconds > 0) await this.options.clock.sleep(seconds * 1000);
  }

  /**
   * One page. Asked again, after a pause: an answer that disregards the filter or the order, since a single one may
   * be a hiccup; an empty one where `looks` says so; one whose clock is strange. A page that is too heavy for the
   * server is asked for with a smaller size. Throws what `detour.ts` names where the list cannot be asked like this.
   */
  async ask(request: PageRequest): Promise<PageRead> {
    let strays = 0;
    let empties = 0;
    let isInsisted = false;
    for (;;) {
      const { page, limit } = request.place(this.largest);
      const filtered = this.filters;
      // Another reader has found out meanwhile that the account does not filter: windows are of no use any more.
      if (!filtered && request.bounds.to !== undefined) throw new FiltersIgnored();
      try {
        const size = isInsisted ? 'smallest' : this.#size.sizeOf(limit);
        const answer = await this.#request(request, { page, limit, size, filtered });
        this.#size.answered(limit);
        const rows = answer.rows.map((row) => parseRow(row, this.list, this.purpose));
        const detour = this.#detourOf(rows, answer, request, filtered);
        if (detour !== undefined) {
          strays += 1;
          if (detour instanceof FiltersIgnored) this.#overlooked += 1;
          const isOpen = detour instanceof WindowStillOpen;
          const inARow = detour instanceof FiltersIgnored ? this.#overlooked : strays;
          if (inARow >= (isOpen ? clockPatience : this.#looksAt(detour))) {
            if (isOpen) this.options.closed?.learn(answer.servedAt, request.bounds.to);
            throw detour;
          }
          if (!isOpen) await this.pause(strays - 1);
          continue;
        }
        if (rows.length > 0) this.#overlooked = 0;
        if (rows.length === 0 && empties < (request.looks ?? 0)) {
          await this.pause(empties);
          empties += 1;
          continue;
        }
        if (filtered) this.options.closed?.learn(answer.servedAt, request.bounds.to);
        return this.#read(answer, rows, request.bounds, { page, limit, filtered });
      } catch (error) {
        if (filtered && (this.#answers === 0 || !this.filters) && mayBeForTheFilter(error))
          throw new FiltersIgnored(error.message);
        if (!(error instanceof HeavyPageError)) throw error;
        this.#size.failed(limit);
        // A page that has to stand where it stands cannot be asked for in a smaller size.
        isInsisted = request.place(this.largest).limit >= limit;
      }
    }
  }

  /** After how many such answers in a row the list is read in another way. */
  #looksAt(detour: Error): number {
    const hasObeyed = this.#answers > 0;
    // To do without an order costs little, and of a list that has never kept one, nobody expects it.
    if (detour instanceof OrderIgnored) return hasObeyed ? patience : 2;
    return hasObeyed ? 2 * patience : patience + 1;
  }

  async #request(
    { bounds, order }: PageRequest,
    { page, limit, size, filtered }: { page: number; limit: number; size: SizeOfPage; filtered: boolean },
  ): Promise<Page> {
    const { host, path, envelope, query, isPaged } = this.list;
    const { client, closed } = this.options;
    const sentAt = closed?.now ?? 0;
    const answer = await client.list({
      host,
      path,
      envelope,
      purpose: this.purpose,
      size,
      query: {
        ...query,
        ...(isPaged && { page, limit }),
        ...(filtered && this.#selection(bounds)),
        ...this.#ordering(order),
        ...this.#with(),
      },
    });
    const { servedAt } = answer;
    return closed === undefined || servedAt === undefined
      ? answer
      : { ...answer, servedAt: closed.asTheSlowest(servedAt, sentAt) };
  }

  /** What the answer disregards of the question; undefined where all is well. */
  #detourOf(
    rows: Row[],
    { servedAt }: Page,
    { bounds, order }: PageRequest,
    filtered: boolean,
  ): Error | undefined {
    const { closed } = this.options;
    const isKept = order === undefined || isInOrder(rows, order);
    const isRising = isKept && order?.by === 'cursor' && !order.isDescending;
    const second = secondBefore(servedAt, this.options.clock);
    if (filtered && !this.#bounds.learn(rows, bounds, second, { isRising })) return new FiltersIgnored();
    if (!isKept) return new OrderIgnored();
    const isOpen = servedAt !== undefined && bounds.to !== undefined && servedAt <= bounds.to;
    return filtered && isOpen && closed?.isOdd(servedAt) ? new WindowStillOpen() : undefined;
  }

  #read(
    answer: Page,
    rows: Row[],
    { from = Number.NEGATIVE_INFINITY, to }: Bounds,
    { page, limit, filtered }: { page: number; limit: number; filtered: boolean },
  ): PageRead {
    const end = filtered ? (to ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    const { hasNext, servedAt, total, exists } = answer;
    const inside = rows.filter((row) => row.cursor >= from && row.cursor <= end);
    const read = { rows, inside, page, offset: (page - 1) * limit, limit, hasNext, total, exists, servedAt };
    // What comes empty may not have looked at the question.
    if (rows.length > 0) this.#answers += 1;
    this.facts.learn(read);
    const until = this.options.closed?.value ?? Number.POSITIVE_INFINITY;
    this.known.learn(inside.filter(({ cursor }) => cursor <= until));
    for (const { id, cursor } of rows) {
      if (cursor <= until) this.#note({ id, cursor });
      else this.#young = { id, cursor };
    }
    return read;
  }

  #note(row: Witness): void {
    const latest = this.witness;
    if (latest === undefined || row.cursor >= latest.cursor) {
      if (latest !== undefined && row.cursor > latest.cursor) this.#earlier = latest;
      this.witness = row;
    } else if (this.#earlier === undefined || row.cursor > this.#earlier.cursor) this.#earlier = row;
  }

  #selection({ asked: { from, to } }: Bounds): Record<string, number | string> {
    const { filter, filterBy } = this.list;
    if (from === undefined && to === undefined) return {};
    return {
      ...filterBy,
      ...(from !== undefined && { [`${filter}[from]`]: from }),
      ...(to !== undefined && { [`${filter}[to]`]: to }),
    };
  }

  #ordering(order: Order | undefined): Record<string, string> {
    if (order === undefined) return {};
    const by = order.by === 'id' ? 'id' : this.list.cursor;
    return { [`order[${by}]`]: order.isDescending ? 'desc' : 'asc' };
  }

  #with(): Record<string, string> {
    return this.list.with.length === 0 ? {} : { with: this.list.with.join(',') };
  }
}
