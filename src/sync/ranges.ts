import type { Interval } from '../stream/interval.ts';
import { largestWindow } from './listing.ts';
import { wider } from './walk/density.ts';
import { type Range, rangeOf } from './walk/walk.ts';

/** Less than this many pages left in a range is not worth a second reader. */
const worthSharing = 1;
/** Nor is less than this, in seconds, as long as nobody knows what it holds. */
const worthGuessing = 90 * 24 * 60 * 60;
const smallestWindow = 500;

/** What nobody has read yet of a list, whether somebody is at it or not, and how it is shared among readers. */
export class Ranges {
  readonly busy = new Set<Range>();
  #left: Range[];
  /** Nothing is expected before this second. */
  readonly #origin: number;
  #rows = 0;
  #seconds = 0;

  constructor(left: Range[], origin: number) {
    this.#left = left;
    this.#origin = origin;
  }

  get left(): readonly Range[] {
    return this.#left;
  }

  /** Forgets what was left: from now on it is this. */
  replace(left: Range[]): void {
    this.#left = left;
  }

  /** Nothing behind the second `to` is left to read in this run. */
  cut(to: number): void {
    for (const range of this.#left) {
      range.to = Math.min(range.to, to);
      range.held = Math.min(range.held, to);
    }
    this.#left = this.#left.filter((range) => range.from <= range.to || this.busy.has(range));
  }

  /** The range that an idle reader should go on with, lowest first. */
  idle(): Range | undefined {
    return this.#left.find((range) => !this.busy.has(range));
  }

  /**
   * Takes over the upper half of what is left of the longest range, or, where all are too short for that, what lies
   * behind the window that a reader is at. Undefined when nothing is worth it. As long as nothing is known of the list,
   * only a long time is.
   */
  share(pageSize: number): Range | undefined {
    const isKnown = this.#rows > 0;
    let longest: Range | undefined;
    let most = isKnown ? worthSharing * pageSize : worthGuessing;
    for (const range of this.#left) {
      const worth = isKnown ? this.#recordsLeft(range) : this.#free(range);
      if (worth < most || this.#free(range) < 2) continue;
      most = worth;
      longest = range;
    }
    if (longest !== undefined)
      return this.#takeOver(longest, longest.to - Math.floor(this.#free(longest) / 2));
    const begun = this.#left.find((range) => range.held >= range.from && this.#free(range) > 0);
    if (!isKnown || begun === undefined) return undefined;
    const taken = this.#takeOver(begun, begun.held);
    // Little is left in it: what the windows in front of it turn out to hold comes too late to make its own wider.
    taken.density = taken.density && wider(taken.density);
    return taken;
  }

  /** What of the range lies behind the second `middle` becomes another range. */
  #takeOver(range: Range, middle: number): Range {
    const { to, density, rate } = range;
    const taken: Range = { ...rangeOf({ from: middle + 1, to }), density, rate };
    range.to = middle;
    this.#left.push(taken);
    return taken;
  }

  /** Records that a window should hold now: fewer when little is left, so that all readers come to an end together. */
  intendedWindow(): number {
    if (this.#rows === 0 || this.busy.size < 2) return largestWindow;
    const records = this.#left.reduce((sum, range) => sum + this.#recordsLeft(range), 0);
    return Math.min(largestWindow, Math.max(smallestWindow, records / (2 * this.busy.size)));
  }

  /** About so many records are left for each of the readers that are at it; very many as long as nobody knows. */
  leftForEach(): number {
    if (this.#rows === 0) return Number.MAX_VALUE;
    const span = ({ from, to }: Range) => Math.max(0, to - Math.max(from, this.#origin) + 1);
    const seconds = this.#left.reduce((sum, range) => sum + span(range), 0);
    return (seconds * this.#average) / Math.max(1, this.busy.size);
  }

  /**
   * Everything of `range` up to and including `through` has been delivered: `rows` of them, the first one with
   * the cursor value `first`.
   */
  advance(range: Range, through: number, rows: number, first: number): void {
    range.barren = through < range.from ? range.barren + 1 : 0;
    if (through < range.from) {
      if (range.from > range.to) this.#left = this.#left.filter((other) => other !== range);
      return;
    }
    // The years before the account and before its first record say nothing about how densely records lie.
    const since = Math.max(range.from, this.#rows === 0 ? Math.min(first, through) : this.#origin);
    if ((this.#rows > 0 || rows > 0) && through >= since) {
      this.#seconds += through - since + 1;
      range.rate = rows / (through - since + 1);
    }
    this.#rows += rows;
    range.from = through + 1;
    range.bookmark = undefined;
    range.settled = range.settled.filter(({ to }) => to > through);
    if (range.from > range.to) this.#left = this.#left.filter((other) => other !== range);
  }

  /** How much of `whole` has been read, from 0 to 1, the time before the origin left out. */
  fraction({ from, to }: Interval): number {
    const low = Math.max(from, this.#origin);
    const seconds = (range: Interval) => Math.max(0, range.to - Math.max(low, range.from) + 1);
    const left = this.#left.reduce((sum, range) => sum + seconds(range), 0);
    return Math.max(0, 1 - left / Math.max(1, to - low + 1));
  }

  /** Records a second. */
  get #average(): number {
    return this.#rows / Math.max(1, this.#seconds);
  }

  /** Seconds of a range that another reader may take over. */
  #free(range: Range): number {
    return range.to - Math.max(range.from - 1, range.held, this.#origin - 1);
  }

  /** About so many records are left in what is free of a range. */
  #recordsLeft(range: Range): number {
    const average = this.#average;
    // A burst or a quiet month says little about what comes behind it.
    const rate = Math.min(2 * average, Math.max(average / 2, range.rate ?? average));
    return Math.max(0, this.#free(range)) * rate;
  }
}
