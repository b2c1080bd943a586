import { formatIntervals, type Interval, merge, parseIntervals, subtract } from '../stream/interval.ts';
import { type Bookmark, formatBookmark, parseBookmarks } from './bookmark.ts';
import type { PlannedStream } from './event.ts';
import type { ListState, Reached } from './state.ts';
import type { Range } from './walk/walk.ts';

export interface Bounds {
  /** Unix seconds; undefined reads everything. */
  startDate: number | undefined;
  lookbackSeconds: number;
  /** The last second that was over by the server's clock when the run began. */
  closed: number;
}

/** What a run has to read of a stream with a cursor, and the states it may report on the way. */
export class Coverage {
  readonly whole: Interval;
  /** What is to be read, in order. */
  readonly open: Interval[];
  /** Windows that an earlier run was in the middle of. */
  readonly bookmarks: Bookmark[];
  /** What earlier runs delivered above this second is delivered once more: the lookback. */
  readonly settledThrough: number;
  readonly #mode: PlannedStream['mode'];
  readonly #before: ListState | undefined;

  constructor(
    { mode, state }: { mode: PlannedStream['mode']; state: ListState | undefined },
    bounds: Bounds,
  ) {
    this.#mode = mode;
    // A full refresh goes on where it was cut off; a finished one begins anew.
    this.#before =
      mode === 'full_refresh' && (state?.mode !== mode || state.finished === 1) ? undefined : state;
    this.whole = { from: bounds.startDate ?? 0, to: bounds.closed };
    this.settledThrough = (this.#before?.until ?? 0) - bounds.lookbackSeconds;
    this.open = subtract(this.whole, settled(this.#before, this.settledThrough));
    this.bookmarks = parseBookmarks(this.#before?.done ?? '');
  }

  /**
   * The state to report while `remaining` is still unread; undefined while the lookback, which lies before what
   * was already reported, is not read yet.
   */
  state(remaining: readonly Range[], finished: boolean): Reached | undefined {
    const gaps = merge(remaining);
    const through = gaps.length === 0 ? this.whole.to : gaps[0]!.from - 1;
    const before = this.#before;
    const bookmarks = remaining.flatMap(({ bookmark }) =>
      bookmark === undefined ? [] : [formatBookmark(bookmark)],
    );
    if (before !== undefined && through < before.through && gaps.length > 0) return undefined;
    return {
      version: 1,
      mode: this.#mode,
      finished: finished ? 1 : 0,
      through: Math.max(through, before?.through ?? -1),
      until: Math.max(this.whole.to, before?.until ?? -1),
      done: [formatIntervals(subtract({ from: through + 1, to: this.whole.to }, gaps)), ...bookmarks]
        .filter((text) => text !== '')
        .join(' '),
    };
  }
}

/**
 * What a state vouches for, up to the second `limit`. Records may become visible late, with a cursor value of some
 * minutes ago: what is closer than the lookback to the moment of reading is read once more.
 */
function settled(state: ListState | undefined, limit: number): Interval[] {
  if (state === undefined) return [];
  return [{ from: 0, to: state.through }, ...(parseIntervals(state.done) ?? [])].map(({ from, to }) => ({
    from,
    to: Math.min(to, limit),
  }));
}
