import type { NotAvailableError } from '../errors.ts';
import type { List, Parent } from '../stream/declaration.ts';
import { type Child, type Fields, fieldsBesideId, placed } from './child.ts';
import { Coverage, formatKnown, type ReadingPeriod } from './coverage.ts';
import type { ListReading, Progress } from './list-reading.ts';
import type { Listing, Witness } from './listing.ts';
import { PageSize } from './page-size.ts';
import { compareIds, type ParentId, ParentsDone, parseParentsDone } from './parents-done.ts';
import type { Row } from './row.ts';
import { RowCounts } from './row-counts.ts';
import { Silence } from './silence.ts';
import { type ListState, type Reached, unread } from './state.ts';
import type { StreamReading } from './stream-reading.ts';

/** So many refusals, and nothing else, mean that the account cannot have any of the lists. */
const telling = 3;
/** More refused parents than a state can name: then all of it counts as refused. */
const mostRefused = 1_000;

/**
 * The lists that hang on the rows of another list: which parents there are, which of their lists are still to be read,
 * and which are done. What is done holds from the beginning of the run on, when the parents were as they were listed.
 */
export class Family implements Progress {
  readonly stream: StreamReading;
  readonly part: ListReading;
  readonly parent: Parent;
  /** How far its lists are believed when they come empty. */
  readonly silence = new Silence({ isOfMany: true });
  readonly rowCounts: RowCounts;
  /** The page size that the server bears for them. */
  readonly size: PageSize;
  requests = 0;
  /** How many lists are done. */
  listsDone = 0;
  isNewestFirst = false;
  readonly #period: ReadingPeriod;
  readonly #before: ListState;
  /** What is done was read after this second was over. */
  readonly #until: number;
  readonly #doneBefore: ParentsDone;
  /** Parents that are to be asked for; fields that the id does not hold already. */
  readonly #wanted = new Map<ParentId, Fields | undefined>();
  /** The same in order; undefined as long as they are being listed. */
  #ids: readonly ParentId[] | undefined;
  #latestParent: Witness | undefined;
  #next = 0;
  readonly #underWay = new Set<Child>();
  readonly #refused = new Set<ParentId>();

  constructor(stream: StreamReading, part: ListReading, parent: Parent, period: ReadingPeriod) {
    this.stream = stream;
    this.part = part;
    this.parent = parent;
    this.#period = period;
    this.size = new PageSize(part.list.pageSize);
    const before = part.mode === 'incremental' ? part.before : part.unfinished(period.closed.value);
    this.#until = part.mode === 'full_refresh' && before !== undefined ? before.until : period.closed.value;
    part.isResumed = before !== undefined;
    this.#before = before ?? unread(part.mode, undefined);
    this.#doneBefore = parseParentsDone(this.#before.done);
    this.rowCounts = new RowCounts(parseParentsDone(part.before?.done ?? '').rows, this.#doneBefore.rows);
  }

  /** The list of the parents, as it is asked for here: of what `with=` adds, nothing is needed. */
  get parentList(): List {
    const { list, onlyChanged } = this.parent;
    return { ...list, with: [], filter: onlyChanged ? list.filter : undefined };
  }

  /** Which parents have to be listed; undefined for all of them. */
  get parentCoverage(): Coverage | undefined {
    const { list, onlyChanged } = this.parent;
    if (!onlyChanged || list.cursor === undefined) return undefined;
    if (this.part.isAgain) return this.#coverageSince(-1);
    return this.#coverageSince(this.#before.through, this.#before.known);
  }

  /** As many parents as a look at the data needs. */
  get hasSome(): boolean {
    return this.#wanted.size >= this.parent.list.pageSize;
  }

  /** Takes rows of the parents' list. */
  collect(rows: readonly Row[]): void {
    const { many, when } = this.parent;
    for (const { id: own, cursor, body } of rows) {
      const id = many === undefined ? own : body[many.field];
      if ((typeof id !== 'number' && typeof id !== 'string') || !when(body)) continue;
      if (this.#isWanted(id, cursor)) this.#wanted.set(id, fieldsBesideId(this.part.list, this.parent, body));
    }
  }

  /** All parents have been taken, from this listing. */
  parentsAreListed({ knownRow, facts }: Listing): void {
    this.#latestParent = knownRow;
    this.isNewestFirst = facts.isNewestFirst;
    const { many, onlyChanged } = this.parent;
    // Those whose lists were refused are asked for again, whether they have changed or not.
    const refused = onlyChanged && many === undefined && !this.part.isAgain ? this.#doneBefore.refused : [];
    for (const id of refused) if (!this.#wanted.has(id)) this.#wanted.set(id, undefined);
    this.#ids = [...this.#wanted.keys()].sort(compareIds);
    this.#endWhenDone();
  }

  /** The next list that nobody has begun to read; undefined where there is none now. */
  next(): Child | undefined {
    const ids = this.#ids?.slice(this.#next, this.#next + (this.parent.many?.size ?? 1)) ?? [];
    if (ids.length === 0 || this.part.ended) return undefined;
    this.#next += ids.length;
    const child = this.#childOf(ids);
    this.#underWay.add(child);
    return child;
  }

  /** A list was read in full, and holds so many rows. */
  read(child: Child, rows: number): void {
    // Where a parent has changed, something else is expected of its list.
    if (!this.parent.onlyChanged) this.rowCounts.add(child.ids, rows, this.part.list.pageSize);
    this.#ended(child);
  }

  #ended(child: Child): void {
    this.#underWay.delete(child);
    this.listsDone += 1;
    this.#endWhenDone();
  }

  /** A list cannot be had. */
  refuse(child: Child, error: NotAvailableError): void {
    const { refusals } = this.part;
    const isHopeless = this.listsDone === refusals.length && refusals.length + 1 >= telling;
    for (const id of child.ids) this.#refused.add(id);
    refusals.push({ name: child.ids.join(', '), columns: child.adds, error });
    if (isHopeless || this.#refused.size > mostRefused) this.part.end(error);
    this.#ended(child);
  }

  reached(): Reached | undefined {
    if (this.#ids === undefined) return undefined;
    const isDone = this.#next === this.#ids.length && this.#underWay.size === 0;
    const marks = isDone
      ? new ParentsDone({ refused: this.#refused, rows: this.rowCounts.found })
      : this.#marks(this.#ids);
    return {
      ...{ version: 1, mode: this.part.mode, finished: 0, from: 0 },
      through: isDone ? this.#period.closed.value : this.#before.through,
      until: this.#until,
      done: marks.toString(),
      known: isDone ? formatKnown(this.#latestParent) : this.#before.known,
    };
  }

  get fraction(): number | undefined {
    if (this.#ids === undefined) return undefined;
    return this.listsDone / Math.max(1, Math.ceil(this.#ids.length / (this.parent.many?.size ?? 1)));
  }

  #endWhenDone(): void {
    if (this.#next < this.#ids!.length || this.#underWay.size > 0) return;
    const { refusals } = this.part;
    this.part.end(refusals.length > 0 && refusals.length === this.listsDone ? refusals[0]!.error : undefined);
  }

  #marks(ids: readonly ParentId[]): ParentsDone {
    const underWay = [...this.#underWay].flatMap((child) => child.ids);
    const pending = new Set([...underWay, ...ids.slice(this.#next)]);
    return this.#doneBefore.with(ids, pending, this.#refused, this.rowCounts.found);
  }

  /** Up to which second the list of a parent was delivered by earlier runs; -1 for not at all. */
  #deliveredUpTo(id: ParentId): number {
    if (this.#doneBefore.refused.has(id)) return -1;
    return this.#doneBefore.has(id) ? this.#before.until : this.#before.through;
  }

  #isWanted(id: ParentId, cursor: number): boolean {
    const { isAgain } = this.part;
    if (!this.parent.onlyChanged) return this.#doneBefore.has(id) === isAgain;
    const delivered = this.#deliveredUpTo(id);
    if (isAgain) return delivered >= 0;
    return delivered < 0 || cursor > delivered - this.#period.lookbackSeconds;
  }

  #childOf(ids: readonly ParentId[]): Child {
    const { list } = this.part;
    const fields = this.#wanted.get(ids[0]!) ?? { [this.parent.list.identity[0]!]: ids[0] };
    const since = this.part.isAgain ? -1 : Math.min(...ids.map((id) => this.#deliveredUpTo(id)));
    const coverage = list.filter === undefined ? undefined : this.#coverageSince(since);
    return { ids, coverage, ...placed(list, this.parent, ids, fields) };
  }

  #coverageSince(second: number, known = ''): Coverage {
    const { mode } = this.part;
    const state =
      second < 0 ? undefined : { ...unread(mode, undefined), through: second, until: second, known };
    return new Coverage({ mode, state }, this.#period);
  }
}
