import { z } from 'zod';

/**
 * How far a list has been read. All times are Unix seconds, all intervals closed. Every key is always written, because
 * orchestrators merge states and never remove keys. Integers and strings only: Singer targets cannot carry anything
 * else (singer.md §0).
 */
export const ListState = z.object({
  version: z.literal(1),
  mode: z.enum(['full_refresh', 'incremental']),
  /** 1 when the pass of the stream that wrote this state was finished. */
  finished: z.union([z.literal(0), z.literal(1)]),
  /** What lies before this second was never to be read: the `start_date`, or 0. */
  from: z.int().default(0),
  /** Everything from there up to and including this second was delivered; -1 for nothing, and for lists without a cursor. */
  through: z.int(),
  /**
   * What is covered was read after this second was over: the closed upper bound of the pass, of a full refresh that of
   * the run that began it. -1 before it is read.
   */
  until: z.int(),
  /**
   * Intervals above `through` that are done too, `from-to from-to`, and the places reached in windows that are not:
   * `from-to@position:last`. Of lists that hang on parents, the parents that are done (`parents-done.ts`).
   */
  done: z.string(),
  /** A row among the latest that were seen, `second:id`; empty where none was. An honest answer from there on is not empty. */
  known: z.string().default(''),
  /** 1 when the whole list, or that of the parents, was seen with what changed last on top, and no answer since said otherwise. */
  newestFirst: z.union([z.literal(0), z.literal(1)]).default(0),
  /** How many rows the list held when it was last read whole; -1 where nobody knows. */
  rows: z.int().default(-1),
  /** How many requests that took. */
  requests: z.int().default(-1),
  /** The kinds of rows that were asked for beside those that are declared, with spaces between them. */
  kinds: z.string().optional(),
});
export type ListState = z.infer<typeof ListState>;

/** What a walk knows of how far it is; the rest of a state is counted beside it. */
export type Reached = Omit<ListState, 'newestFirst' | 'rows' | 'requests' | 'kinds'>;

/** How far the event log has been acted on for a stream. */
export const LogState = z.object({
  /** What the log tells up to this second is in the rows that were delivered. */
  through: z.int(),
  /** The events of the lookback that were acted on, by id, with spaces between them. */
  acted: z.string().default(''),
  /** An event among the latest that were seen, `second:id`; empty where none was. */
  known: z.string().default(''),
});
export type LogState = z.infer<typeof LogState>;

/**
 * The state of a stream: of its only list, or of all its lists at once, with an entry for each. `witness` is written
 * for streams of whose changes the event log has to tell a part.
 */
export const StreamState = ListState.extend({
  lists: z.record(z.string(), ListState).optional(),
  witness: LogState.optional(),
});
export type StreamState = z.infer<typeof StreamState>;

/** So long, in seconds, a pass goes on where it was cut off; older ones begin anew. */
const goesOnFor = 24 * 60 * 60;

/** Whether this is a pass in this mode that was cut off, and began less than a day before the second `closed`. */
export function goesOn(state: ListState | undefined, mode: ListState['mode'], closed: number): boolean {
  if (state === undefined || state.mode !== mode || state.finished === 1) return false;
  return state.until >= 0 && closed - state.until <= goesOnFor;
}

/** Whether any list of the stream can go on in this mode where it was cut off. */
export function isUnderWay(
  state: StreamState | undefined,
  mode: ListState['mode'],
  closed: number,
): state is StreamState {
  return [state, ...Object.values(state?.lists ?? {})].some((list) => goesOn(list, mode, closed));
}

/** The state of a list of which nothing has been read in this mode; what was counted before stays. */
export function unread(mode: ListState['mode'], before: ListState | undefined): ListState {
  const { rows = -1, requests = -1 } = before ?? {};
  const nothing = { from: 0, through: -1, until: -1, done: '', known: '', newestFirst: 0 } as const;
  return { version: 1, mode, finished: 0, ...nothing, rows, requests };
}

/** The state of a stream with several lists: what all of them have reached, and an entry for each. */
export function merged(
  entries: Readonly<Record<string, ListState>>,
  covered: readonly ListState[],
  { mode, finished }: Pick<ListState, 'mode' | 'finished'>,
): StreamState {
  const least = (of: (state: ListState) => number) =>
    covered.length === 0 ? -1 : Math.min(...covered.map(of));
  const sum = (of: (state: ListState) => number) =>
    covered.some((state) => of(state) < 0) ? -1 : covered.reduce((total, state) => total + of(state), 0);
  return {
    ...{ version: 1, mode, finished },
    from: covered.length === 0 ? 0 : Math.max(...covered.map(({ from }) => from)),
    through: least(({ through }) => through),
    until: least(({ until }) => until),
    done: '',
    known: '',
    newestFirst: 0,
    rows: sum(({ rows }) => rows),
    requests: sum(({ requests }) => requests),
    lists: { ...entries },
  };
}
