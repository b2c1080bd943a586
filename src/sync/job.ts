import type { KommoClient } from '../api/client.ts';
import type { Log } from '../log.ts';
import { type Interval, subtract } from '../stream/interval.ts';
import { createShaper, type Shaper } from '../stream/shape.ts';
import { type Bounds, Coverage } from './coverage.ts';
import { FiltersIgnored, OrderIgnored } from './detour.ts';
import type { PlannedStream } from './event.ts';
import { Listing } from './listing.ts';
import type { StreamState } from './state.ts';
import { bestStrategy, type Strategy, withoutFilter, withoutOrder } from './strategy.ts';
import type { Density } from './walk/density.ts';
import type { Range } from './walk/walk.ts';

/** Less than this many requests left in a range is not worth a second reader. */
const worthSharing = 2;

export interface Feed {
  planned: PlannedStream;
  shaper: Shaper;
  coverage: Coverage | undefined;
  records: number;
}

/** One list being read for the streams that it feeds, by as many readers as have a range of it. */
export class Job {
  readonly listing: Listing;
  readonly feeds: Feed[];
  readonly name: string;
  strategy: Strategy;
  /** What nobody has read yet, whether somebody is at it or not. */
  ranges: Range[];
  readonly busy = new Set<Range>();
  started = false;
  finished = false;
  /** Rises when the ranges are laid out anew, so that readers of the old ones know. */
  layout = 0;
  rows = 0;
  #seconds = 0;
  readonly #log: Log;

  constructor(
    planned: readonly PlannedStream[],
    client: KommoClient,
    bounds: Bounds,
    origin: number,
    log: Log,
  ) {
    const [first] = planned;
    this.name = first!.stream.name;
    this.#log = log;
    this.listing = new Listing(first!.stream, client, this.name);
    this.strategy = bestStrategy(first!.stream);
    this.feeds = planned.map((each) => ({
      planned: each,
      coverage: each.stream.cursor === undefined ? undefined : new Coverage(each, bounds),
      shaper: createShaper(each.stream, each.columns, (field) =>
        log('warn', `${each.stream.name}: Kommo sends a field that has no column: ${field}`),
      ),
      records: 0,
    }));
    this.ranges = this.#lay(this.coverage?.open ?? [{ from: 0, to: 0 }], origin);
  }

  /** The coverage of the list's cursor; lists with a cursor feed one stream. */
  get coverage(): Coverage | undefined {
    return this.feeds[0]!.coverage;
  }

  /** A full refresh of a list whose records change has to end with a look at what changed meanwhile. */
  get needsOpenEnd(): boolean {
    const { stream, mode } = this.feeds[0]!.planned;
    return mode === 'full_refresh' && this.listing.filters && !stream.immutable;
  }

  /** The range that an idle reader should go on with, lowest first. */
  idleRange(): Range | undefined {
    return this.ranges.find((range) => !this.busy.has(range));
  }

  /** Takes over the upper half of what is left of the largest range; undefined when nothing is worth it. */
  share(): Range | undefined {
    if (this.strategy.startsWith('whole') || this.#seconds === 0 || this.ranges.length === 0)
      return undefined;
    const free = (range: Range) => range.to - Math.max(range.from - 1, range.held);
    const largest = this.ranges.reduce((a, b) => (free(b) > free(a) ? b : a), this.ranges[0]!);
    const requests = (free(largest) * this.rows) / this.#seconds / this.listing.largest;
    if (free(largest) < 2 || requests < worthSharing) return undefined;
    const middle = largest.to - Math.floor(free(largest) / 2);
    const taken: Range = rangeOf({ from: middle + 1, to: largest.to }, largest.density);
    largest.to = middle;
    this.ranges.push(taken);
    return taken;
  }

  /**
   * Everything of `range` up to and including `through` has been delivered: `rows` of them, the first one with
   * the cursor value `first`.
   */
  advance(range: Range, through: number, rows: number, first: number): void {
    if (through < range.from) return;
    // The years before the first record say nothing about how densely records lie.
    if (this.rows > 0 || rows > 0) this.#seconds += through - (this.rows === 0 ? first : range.from) + 1;
    this.rows += rows;
    range.from = through + 1;
    range.bookmark = undefined;
    if (range.from > range.to) this.ranges.splice(this.ranges.indexOf(range), 1);
  }

  /** Chooses another way to read when `reason` says that `used` does not suit the account; else rethrows it. */
  detour(reason: unknown, used: Strategy): void {
    const { stream } = this.listing;
    if (reason instanceof OrderIgnored) {
      if (this.strategy !== used) return;
      this.strategy = withoutOrder(this.strategy, stream);
      this.#log(
        'warn',
        `${this.name}: Kommo does not keep the order by ${stream.cursor}; reading by id instead`,
      );
    } else if (reason instanceof FiltersIgnored) {
      if (!this.listing.filters) return;
      this.listing.filters = false;
      this.strategy = withoutFilter(stream);
      this.#log(
        'warn',
        `${this.name}: this account does not filter by ${stream.cursor}; reading the whole list instead, at every run`,
      );
      const { from: start, to } = this.coverage!.whole;
      const from = this.ranges.length === 0 ? start : Math.min(...this.ranges.map((range) => range.from));
      this.ranges = [{ ...rangeOf({ from, to }), held: to }];
      this.layout += 1;
    } else throw reason;
  }

  /** The state of a stream as of now; undefined where nothing new can be said. */
  state(feed: Feed, finished: boolean, closed: number): StreamState | undefined {
    if (feed.coverage !== undefined) return feed.coverage.state(this.ranges, finished);
    if (!finished) return undefined;
    return { version: 1, mode: 'full_refresh', finished: 1, through: -1, until: closed, done: '' };
  }

  /** How much of the time span has been read, from 0 to 1; undefined for whole lists. */
  fraction(origin: number): number | undefined {
    if (this.coverage === undefined) return undefined;
    const { from, to } = this.coverage.whole;
    const low = Math.max(from, origin);
    const left = this.ranges.reduce(
      (sum, range) => sum + Math.max(0, range.to - Math.max(low, range.from) + 1),
      0,
    );
    return Math.min(1, Math.max(0, 1 - left / Math.max(1, to - low + 1)));
  }

  /** Windows before the account existed are read in one go: nothing is expected there. */
  #lay(open: readonly Interval[], origin: number): Range[] {
    const bookmarks = this.coverage?.bookmarks ?? [];
    return open.flatMap((interval) => {
      const started = bookmarks.filter(({ from, to }) => from >= interval.from && to <= interval.to);
      const untouched = subtract(interval, started).flatMap(({ from, to }) => {
        if (this.strategy === 'watermark' || from >= origin || to < origin) return [rangeOf({ from, to })];
        return [
          rangeOf({ from, to: origin - 1 }, { width: origin - from, measured: false, barren: true }),
          rangeOf({ from: origin, to }),
        ];
      });
      const resumed = started.map((bookmark) => ({ ...rangeOf(bookmark), held: bookmark.to, bookmark }));
      const lookback = started.flatMap(({ from, to }) => {
        const again = { from: Math.max(from, this.coverage!.settledThrough + 1), to };
        return again.from > to ? [] : [rangeOf(again)];
      });
      return [...resumed, ...untouched, ...lookback].sort((a, b) => a.from - b.from);
    });
  }
}

function rangeOf({ from, to }: Interval, density?: Density): Range {
  return { from, to, held: from - 1, density, bookmark: undefined, unsettled: undefined };
}
