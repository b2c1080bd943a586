import type { Log } from '../log.ts';
import type { List } from '../stream/declaration.ts';
import { subtract } from '../stream/interval.ts';
import { createShaper, type Shaper } from '../stream/shape.ts';
import { type Bounds, Coverage } from './coverage.ts';
import { FiltersIgnored, OrderIgnored } from './detour.ts';
import type { PlannedStream } from './event.ts';
import type { CountingClient } from './in-flight.ts';
import { Listing } from './listing.ts';
import { Ranges } from './ranges.ts';
import type { StreamState } from './state.ts';
import { bestStrategy, type Strategy, withoutFilter, withoutOrder } from './strategy.ts';
import { barrenDensity } from './walk/density.ts';
import { type Range, rangeOf } from './walk/walk.ts';

/** A stream, and the list of it that is read. */
export interface Feeding {
  planned: PlannedStream;
  list: List;
}

export interface Feed extends Feeding {
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
  readonly ranges: Ranges;
  started = false;
  finished = false;
  /** Rises when the ranges are laid out anew, so that readers of the old ones know. */
  layout = 0;
  readonly #log: Log;

  constructor(
    feedings: readonly Feeding[],
    client: CountingClient,
    bounds: Bounds,
    origin: number,
    log: Log,
  ) {
    const [first] = feedings;
    this.name = first!.planned.stream.name;
    this.#log = log;
    this.listing = new Listing(first!.list, client, this.name);
    this.strategy = bestStrategy(first!.list);
    this.feeds = feedings.map(({ planned, list }) => ({
      planned,
      list,
      coverage: list.cursor === undefined ? undefined : new Coverage(planned, bounds),
      shaper: createShaper(planned.stream, planned.columns, (field) =>
        log('warn', `${planned.stream.name}: Kommo sends a field that has no column: ${field}`),
      ),
      records: 0,
    }));
    this.ranges = new Ranges(this.#lay(origin), origin);
  }

  /** The coverage of the list's cursor; lists with a cursor feed one stream. */
  get coverage(): Coverage | undefined {
    return this.feeds[0]!.coverage;
  }

  /** A full refresh of a list whose records change has to end with a look at what changed meanwhile. */
  get needsOpenEnd(): boolean {
    const { planned, list } = this.feeds[0]!;
    return planned.mode === 'full_refresh' && this.listing.filters && !list.immutable;
  }

  /** A part of somebody's range for an idle reader; undefined when nobody needs help. */
  share(): Range | undefined {
    return this.strategy.startsWith('whole') ? undefined : this.ranges.share(this.listing.largest);
  }

  /** Chooses another way to read when `reason` says that `used` does not suit the account; else rethrows it. */
  detour(reason: unknown, used: Strategy): void {
    const { list } = this.listing;
    if (reason instanceof OrderIgnored) {
      if (this.strategy !== used) return;
      this.strategy = withoutOrder(this.strategy, this.name);
      this.#log(
        'warn',
        `${this.name}: Kommo does not keep the order by ${list.cursor}; reading by id instead`,
      );
    } else if (reason instanceof FiltersIgnored) {
      if (!this.listing.filters) return;
      this.listing.filters = false;
      this.strategy = withoutFilter(list);
      const found =
        reason.message === ''
          ? `this account does not filter by ${list.cursor}`
          : `the question with a filter by ${list.cursor} was refused (${reason.message})`;
      this.#log('warn', `${this.name}: ${found}; reading the whole list instead, at every run`);
      const { from: start, to } = this.coverage!.whole;
      const left = this.ranges.left.map((range) => range.from);
      const from = left.length === 0 ? start : Math.min(...left);
      this.ranges.replace([{ ...rangeOf({ from, to }), held: to }]);
      this.layout += 1;
    } else throw reason;
  }

  /** The state of a stream as of now; undefined where nothing new can be said. */
  state(feed: Feed, finished: boolean, closed: number): StreamState | undefined {
    if (feed.coverage !== undefined) return feed.coverage.state(this.ranges.left, finished);
    if (!finished) return undefined;
    return { version: 1, mode: 'full_refresh', finished: 1, through: -1, until: closed, done: '' };
  }

  /** How much of the time span has been read, from 0 to 1; undefined for whole lists. */
  get fraction(): number | undefined {
    return this.coverage && this.ranges.fraction(this.coverage.whole);
  }

  /** Windows before the account existed are read in one go: nothing is expected there. */
  #lay(origin: number): Range[] {
    const { coverage } = this;
    if (coverage === undefined) return [rangeOf({ from: 0, to: 0 })];
    return coverage.open.flatMap((interval) => {
      const started = coverage.bookmarks.filter(({ from, to }) => from >= interval.from && to <= interval.to);
      const untouched = subtract(interval, started).flatMap(({ from, to }) => {
        if (this.strategy === 'watermark' || from >= origin || to < origin) return [rangeOf({ from, to })];
        const before = { ...rangeOf({ from, to: origin - 1 }), density: barrenDensity(origin - from) };
        return [before, rangeOf({ from: origin, to })];
      });
      const resumed = started.map((bookmark) => ({ ...rangeOf(bookmark), held: bookmark.to, bookmark }));
      const lookback = started.flatMap(({ from, to }) => {
        const again = { from: Math.max(from, coverage.settledThrough + 1), to };
        return again.from > to ? [] : [rangeOf(again)];
      });
      return [...resumed, ...untouched, ...lookback].sort((a, b) => a.from - b.from);
    });
  }
}
