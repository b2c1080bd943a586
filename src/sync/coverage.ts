import { formatIntervals, type Interval, merge, parseIntervals, subtract } from '../stream/interval.ts';
import { type Bookmark, formatBookmark, identityOf, parseBookmarks } from './bookmark.ts';
import type { ClosedSecond } from './closed-second.ts';
import type { PlannedStream } from './event.ts';
import type { Witness } from './listing.ts';
import { goesOn, type ListState, type Reached } from './state.ts';
import type { Range } from './walk/walk.ts';

export interface ReadingPeriod {
  /** Unix seconds; undefined reads everything. */
  startDate: number | undefined;
  lookbackSeconds: number;
  /** The last second that was over by the server's clock when the run began. */
  closed: ClosedSecond;
}

export interface CoverageOptions {
  mode: PlannedStream['mode'];
  state: ListState | undefined;
  /** What earlier runs have read is looked at once more: then the window that was under way is read from its beginning. */
  looksAgain?: boolean;
  /** What they have read is to be read here, and not the rest. */
  isAgain?: boolean;
}

/** What a run has to read of a stream with a cursor, and the states it may report on the way. */
export class Coverage {
  /** From here on rows are read, by this run or earlier ones. */
  readonly from: number;
  /** What is to be read, in order. */
  readonly open: Interval[];
  /** Windows that an earlier run was in the middle of. */
  readonly bookmarks: Bookmark[];
  /** What earlier runs delivered above this second is delivered once more: the lookback. */
  readonly settledThrough: number;
  /** The latest row that earlier runs have seen. */
  readonly knownRow: Witness | undefined;
  /** An earlier run has read all of it, and there was nothing. */
  readonly wasEmpty: boolean;
  readonly #closed: ClosedSecond;
  readonly #mode: PlannedStream['mode'];
  readonly #before: ListState | undefined;

  constructor({ mode, state, looksAgain = false, isAgain = false }: CoverageOptions, period: ReadingPeriod) {
    this.#mode = mode;
    // A full refresh goes on where it was cut off; a finished one, and one of long ago, begins anew.
    this.#before = mode === 'full_refresh' && !goesOn(state, mode, period.closed.value) ? undefined : state;
    this.#closed = period.closed;
    const start = period.startDate ?? 0;
    const before = this.#before;
    // What lies between an old end and a later start is read by nobody: then what was read before it is forgotten.
    const isCutOff = before === undefined || start > before.through + 1;
    this.from = isCutOff ? start : Math.min(start, before.from);
    this.settledThrough = (before?.until ?? 0) - period.lookbackSeconds;
    this.wasEmpty = state?.finished === 1 && state.known === '';
    // One empty answer proves little: what is remembered as empty is asked for from its beginning, at the same price.
    const done = this.wasEmpty ? [] : settled(before, this.settledThrough);
    const whole = { from: start, to: period.closed.value };
    this.open = subtract(whole, isAgain ? subtract(whole, done) : done);
    this.bookmarks = looksAgain ? [] : parseBookmarks(before?.done ?? '');
    this.knownRow = parseKnown(state?.known ?? '');
  }

  /** All that is covered when nothing is left to read. */
  get whole(): Interval {
    return { from: this.from, to: this.#closed.value };
  }

  /**
   * The state to report while `remaining` is still unread, `seen` being the latest row of the list; undefined while
   * the lookback, which lies before what was already reported, is not read yet.
   */
  state(remaining: readonly Range[], finished: boolean, seen: Witness | undefined): Reached | undefined {
    const gaps = merge(remaining.flatMap((range) => subtract(range, range.settled)));
    const before = this.#before;
    const bookmarks = remaining.flatMap(({ bookmark }) =>
      bookmark === undefined ? [] : [formatBookmark(bookmark)],
    );
    if (before !== undefined && gaps.some((gap) => this.#isLookback(gap, before))) return undefined;
    const reached = gaps.length === 0 ? this.whole.to : gaps[0]!.from - 1;
    const through = before?.from === this.from ? Math.max(reached, before.through) : reached;
    return {
      version: 1,
      mode: this.#mode,
      finished: finished ? 1 : 0,
      from: this.from,
      through,
      until:
        this.#mode === 'full_refresh'
          ? (before?.until ?? this.whole.to)
          : Math.max(this.whole.to, before?.until ?? -1),
      done: [formatIntervals(subtract({ from: through + 1, to: this.whole.to }, gaps)), ...bookmarks]
        .filter((text) => text !== '')
        .join(' '),
      known: formatKnown(seen ?? this.knownRow),
    };
  }

  #isLookback({ from, to }: Interval, { through }: ListState): boolean {
    return to > this.settledThrough && from <= through;
  }
}

/**
 * What a state vouches for, up to the second `limit`. Records may become visible late, with a cursor value of some
 * minutes ago: what is closer than the lookback to the moment of reading is read once more.
 */
function settled(state: ListState | undefined, limit: number): Interval[] {
  if (state === undefined) return [];
  return [{ from: state.from, to: state.through }, ...(parseIntervals(state.done) ?? [])].map(
    ({ from, to }) => ({
      from,
      to: Math.min(to, limit),
    }),
  );
}

/** `second:id`, the form in which a state carries the latest row that was seen. */
export function formatKnown(row: Witness | undefined): string {
  return row === undefined ? '' : `${row.cursor}:${row.id}`;
}

function parseKnown(text: string): Witness | undefined {
  const match = /^(\d+):(.+)$/.exec(text);
  return match === null ? undefined : { cursor: Number(match[1]), id: identityOf(match[2]!) };
}
