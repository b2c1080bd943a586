import type { Clock } from '../clock.ts';
import { NotAvailableError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Interval, subtract } from '../stream/interval.ts';
import type { ClosedSecond } from './closed-second.ts';
import { BoundsProven, FiltersIgnored, OrderIgnored, WindowStillOpen } from './detour.ts';
import type { Errand } from './errand.ts';
import type { CountingClient } from './in-flight.ts';
import type { Progress } from './list-reading.ts';
import { Listing } from './listing.ts';
import { Ranges } from './ranges.ts';
import type { Reached } from './state.ts';
import { bestStrategy, type Strategy, withoutFilter, withoutOrder } from './strategy.ts';
import type { StreamReading } from './stream-reading.ts';
import { type Range, rangeOf } from './walk/walk.ts';

interface Surroundings {
  readonly client: CountingClient;
  /** The last second that was over when the run began. */
  readonly closed: ClosedSecond;
  readonly clock: Clock;
  /** Hardly anything is expected before this second. */
  readonly origin: number;
  readonly log: Log;
}

/** One list being read for the streams that it feeds, by as many readers as have a range of it. */
export class Job implements Progress {
  readonly errand: Errand;
  readonly listing: Listing;
  readonly name: string;
  strategy: Strategy;
  readonly ranges: Ranges;
  started = false;
  /** Rises when the ranges are laid out anew, so that readers of the old ones know. */
  layout = 0;
  requests = 0;
  /** Rows that have come. */
  rows = 0;
  #ended = false;
  #isRead = false;
  #untold: string | undefined;
  readonly #closed: ClosedSecond;
  readonly #log: Log;

  constructor(errand: Errand, { client, closed, clock, origin, log }: Surroundings) {
    this.errand = errand;
    const { list, mode, feeds, families, member } = errand;
    this.name = (feeds[0]?.stream ?? families[0]!.stream).name;
    this.#closed = closed;
    this.#log = log;
    const counting: CountingClient = {
      ...client,
      list: (request) => {
        this.requests += 1;
        if (member !== undefined) member.family.requests += 1;
        return client.list(request);
      },
    };
    const { coverage } = errand;
    const shared = member && { silence: member.family.silence, size: member.family.size };
    this.listing = new Listing(list, { client: counting, purpose: this.name, clock, closed, ...shared });
    this.listing.origin = origin;
    this.listing.witness = coverage?.knownRow;
    const rowsBefore =
      member === undefined
        ? Math.max(-1, ...feeds.map(({ part }) => part.rowsBefore))
        : member.family.rowCounts.before(member.child.ids);
    this.listing.wasEmpty = coverage?.wasEmpty ?? rowsBefore === 0;
    this.listing.knownRows = Math.max(0, rowsBefore ?? 0);
    this.listing.facts.isNewestFirst =
      mode === 'incremental' && [...feeds, ...families].every(({ part }) => part.before?.newestFirst === 1);
    this.strategy = bestStrategy(list);
    this.ranges = new Ranges(this.#lay(), origin);
  }

  /** The streams that are read with it. */
  get streams(): ReadonlySet<StreamReading> {
    const { feeds, families } = this.errand;
    return new Set([...feeds, ...families].map(({ stream }) => stream));
  }

  /** Nothing more of it is wanted. */
  get finished(): boolean {
    const { feeds, families } = this.errand;
    return this.#ended || [...feeds, ...families].every(({ part }) => part.ended);
  }

  /** Ends it: read in full, or with the error that cut it short. */
  end(error?: unknown): void {
    const { feeds, families, member } = this.errand;
    this.#ended = true;
    this.#isRead = error === undefined;
    if (!(error instanceof NotAvailableError)) this.tell();
    for (const family of families) {
      if (error === undefined) family.parentsAreListed(this.listing);
      else family.part.end(error);
    }
    if (member === undefined) for (const { part } of feeds) part.end(error);
    else if (error === undefined)
      member.family.read(member.child, this.listing.knownRow === undefined ? 0 : this.rows);
    else if (error instanceof NotAvailableError) member.family.refuse(member.child, error);
    else member.family.part.end(error);
  }

  /** A full refresh of a list whose records change has to end with a look at what changed meanwhile. */
  get needsOpenEnd(): boolean {
    const { mode, list } = this.errand;
    return mode === 'full_refresh' && this.listing.filters && !list.immutable;
  }

  /** A part of somebody's range for an idle reader; undefined when nobody needs help. */
  share(): Range | undefined {
    return this.listing.filters ? this.ranges.share(this.listing.largest) : undefined;
  }

  /** Chooses another way to read when `reason` says that `used` does not suit the account; else rethrows it. */
  detour(reason: unknown, used: Strategy): void {
    const { list, coverage } = this.errand;
    if (reason instanceof OrderIgnored) {
      if (this.strategy !== used) return;
      this.strategy = withoutOrder(used, list, this.name);
      const order = used === 'watermark' ? list.cursor : 'id';
      this.listing.orders.delete(used === 'watermark' ? 'cursor' : 'id');
      this.#log('warn', `${this.name}: Kommo does not sort by ${order}; reading in another way`);
    } else if (reason instanceof WindowStillOpen) {
      this.ranges.cut(this.#closed.value);
    } else if (reason instanceof FiltersIgnored) {
      if (!this.listing.filters) return;
      this.listing.filters = false;
      this.strategy = withoutFilter(list);
      const found =
        reason.message === ''
          ? `this account does not filter by ${list.cursor}`
          : `the request with a filter by ${list.cursor} was refused (${reason.message})`;
      this.#untold = `${this.name}: ${found}; so the whole list is read, at every run`;
      const { whole } = coverage!;
      this.ranges.replace([allOf(this.ranges.left.length === 0 ? [whole] : this.ranges.left, whole.to)]);
      this.layout += 1;
    } else if (!(reason instanceof BoundsProven)) throw reason;
  }

  /** Says what has been found out: that a list is not filtered turns out to be a refusal of it, as long as no answer comes. */
  tell(): void {
    if (this.#untold !== undefined) this.#log('warn', this.#untold);
    this.#untold = undefined;
  }

  reached(): Reached | undefined {
    const { mode, coverage } = this.errand;
    if (coverage !== undefined) return coverage.state(this.ranges.left, false, this.listing.knownRow);
    if (!this.#isRead) return undefined;
    const nowhere = { from: 0, through: -1, done: '', known: '' };
    return { version: 1, mode, finished: 0, ...nowhere, until: this.#closed.value };
  }

  get isNewestFirst(): boolean {
    return this.listing.facts.isNewestFirst;
  }

  get fraction(): number | undefined {
    const { coverage } = this.errand;
    return coverage && this.listing.filters ? this.ranges.fraction(coverage.whole) : undefined;
  }

  #lay(): Range[] {
    const { list, coverage } = this.errand;
    if (coverage === undefined) return [rangeOf({ from: 0, to: 0 })];
    if (list.filter === undefined)
      return coverage.open.length === 0 ? [] : [allOf(coverage.open, coverage.whole.to)];
    const known = coverage.knownRow?.cursor;
    return coverage.open.flatMap((interval) => {
      const started = coverage.bookmarks.filter(({ from, to }) => from >= interval.from && to <= interval.to);
      const untouched = subtract(interval, started).map((gap) => ({
        ...rangeOf(gap),
        known: known !== undefined && known < gap.from ? known : undefined,
      }));
      const resumed = started.map((bookmark) => ({ ...rangeOf(bookmark), held: bookmark.to, bookmark }));
      const lookback = started.flatMap(({ from, to }) => {
        const again = { from: Math.max(from, coverage.settledThrough + 1), to };
        return again.from > to ? [] : [rangeOf(again)];
      });
      return [...resumed, ...untouched, ...lookback].sort((a, b) => a.from - b.from);
    });
  }
}

/** One range for one reader: the intervals, and what lies between them up to the second `to`. */
function allOf(intervals: readonly Interval[], to: number): Range {
  return { ...rangeOf({ from: Math.min(...intervals.map(({ from }) => from)), to }), held: to };
}
