import { NotAvailableError } from '../errors.ts';
import type { List } from '../stream/declaration.ts';
import type { Part, SyncMode } from './event.ts';
import { coversKinds, kindsState } from './kinds-catalog.ts';
import { goesOn, type ListState, type Reached, unread } from './state.ts';

/** What reads a part, a job or a family of them, knows how far it is. */
export interface Progress {
  /** How far the part is; undefined while nothing can be said but what an earlier state said already. */
  reached(): Reached | undefined;
  /** Requests that were made for it. */
  readonly requests: number;
  /** How many lists of a family are done. */
  readonly listsDone?: number;
  /** The list, or that of the parents, is known to have what changed last on top. */
  readonly isNewestFirst?: boolean;
  /** How much of it has been read, from 0 to 1; undefined where nobody knows. */
  readonly fraction: number | undefined;
}

/** Something that this account or token cannot have. */
export interface Refusal {
  /** The list, or the parents whose list it is. */
  name: string;
  columns: Part;
  error: NotAvailableError;
}

/** One list of a stream in this run, or, where a list hangs on parents, all the lists of its kind. */
export class ListReading {
  readonly list: List;
  readonly mode: SyncMode;
  /** What earlier runs said of it. */
  readonly before: ListState | undefined;
  progress: Progress | undefined;
  /** Rows that have come. */
  rows = 0;
  ended = false;
  /** Why it could not be read in full. */
  error: unknown;
  /** What of it was refused; all of it where `isRefused`. */
  readonly refusals: Refusal[] = [];
  isRefused = false;
  /** Earlier runs have read a part of it: what is counted now is not all of it. */
  isResumed = false;
  /** It is that part which is looked at, once more. */
  readonly isAgain: boolean;
  /**
   * Then its rows only tell what is still there: what has changed comes by the filter, and what `with=` adds to rows
   * makes pages slow. A list without a filter has no other way to tell what has come since.
   */
  readonly bringsKeys: boolean;

  constructor(list: List, mode: SyncMode, before: ListState | undefined, { isAgain = false } = {}) {
    this.isAgain = isAgain;
    this.bringsKeys = isAgain && list.filter !== undefined;
    this.list = this.bringsKeys ? { ...list, with: [] } : list;
    this.mode = mode;
    this.before = before !== undefined && coversKinds(before, list) ? before : undefined;
  }

  /** How many rows the list held; -1 where nobody knows. */
  get rowsBefore(): number {
    return this.before?.rows ?? -1;
  }

  /** An unfinished pass in the same mode that this run goes on with. */
  unfinished(closed: number): ListState | undefined {
    return goesOn(this.before, this.mode, closed) ? this.before : undefined;
  }

  /** Whether an unfinished pass has read anything of it. */
  hasBegun(closed: number): boolean {
    const before = this.unfinished(closed);
    const { cursor, parent } = this.list;
    const isOneStep = cursor === undefined && parent === undefined;
    return before !== undefined && (before.through >= 0 || before.done !== '' || isOneStep);
  }

  /** Whether nothing is left to do of this list, which has no cursor: an unfinished pass has read it in full. */
  goOn(closed: number): boolean {
    const before = this.unfinished(closed);
    if (before === undefined) return false;
    this.progress = { reached: () => before, requests: before.requests, fraction: 1 };
    this.rows = before.rows;
    this.ended = true;
    return true;
  }

  /** Ends it: read in full, refused, or with the error that cut it short. What was read before is not refused. */
  end(error?: unknown): void {
    if (this.ended) return;
    this.ended = true;
    if (error instanceof NotAvailableError && !this.isAgain) {
      this.isRefused = true;
      this.refusals.splice(0, this.refusals.length, { name: this.list.name, columns: this.list.adds, error });
    } else this.error = error;
  }

  /** Its state as of now. What was refused keeps what an incremental read knew of it; a full read knows nothing. */
  state(finished: 0 | 1): ListState {
    const { before, mode } = this;
    const beforehand = before !== undefined && mode === 'incremental' ? before : unread(mode, before);
    if (this.isRefused) return beforehand;
    const reached = this.progress?.reached();
    if (reached === undefined) return { ...beforehand, finished };
    const { cursor, filter, parent } = this.list;
    const kinds = kindsState(this.list);
    const isRead = this.ended && this.error === undefined && !this.isResumed;
    const isWhole = isRead && filter === undefined && !parent?.onlyChanged;
    return {
      ...reached,
      finished,
      newestFirst: this.progress?.isNewestFirst ? 1 : 0,
      rows: isWhole && cursor === undefined ? this.rows : (before?.rows ?? -1),
      requests: isWhole ? (this.progress?.requests ?? -1) : (before?.requests ?? -1),
      ...(kinds !== undefined && { kinds }),
    };
  }

  /** There is something to say that the state before did not. */
  get hasNews(): boolean {
    return !this.isRefused && this.progress?.reached() !== undefined;
  }
}
