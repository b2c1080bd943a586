export type ParentId = number | string;

/** So many rows, and of which parent. */
const counted = /^(\d+)=(.+)$/;

interface Marks {
  upTo?: ParentId | undefined;
  others?: Iterable<ParentId>;
  except?: Iterable<ParentId>;
  refused?: Iterable<ParentId>;
  rows?: Iterable<readonly [ParentId, number]>;
}

/**
 * The parents whose lists are done, in one small text: `..17 23 -9 !5 130=7` stands for all up to 17 and for 23, but
 * neither for 9 nor for 5, which was refused; the list of 7 held 130 rows. Parents are read in the order of their ids, so
 * that few have to be named.
 */
export class ParentsDone {
  readonly upTo: ParentId | undefined;
  readonly others: ReadonlySet<ParentId>;
  readonly except: ReadonlySet<ParentId>;
  readonly refused: ReadonlySet<ParentId>;
  readonly rows: ReadonlyMap<ParentId, number>;

  constructor({ upTo, others = [], except = [], refused = [], rows = [] }: Marks = {}) {
    this.upTo = upTo;
    this.others = new Set(others);
    this.except = new Set(except);
    this.refused = new Set(refused);
    this.rows = new Map(rows);
  }

  has(id: ParentId): boolean {
    if (this.refused.has(id) || this.except.has(id)) return false;
    return this.others.has(id) || (this.upTo !== undefined && compareIds(id, this.upTo) <= 0);
  }

  /** After a run that had `ids` to read, in order, of which `pending` are not done; these are `refused`, those hold so many `rows`. */
  with(
    ids: readonly ParentId[],
    pending: ReadonlySet<ParentId>,
    refused: ReadonlySet<ParentId>,
    rows: ReadonlyMap<ParentId, number> = new Map(),
  ): ParentsDone {
    const first = ids.findIndex((id) => pending.has(id));
    const reached = ids[first - 1];
    const isFurther =
      reached !== undefined && (this.upTo === undefined || compareIds(reached, this.upTo) > 0);
    const upTo = isFurther ? reached : this.upTo;
    const isBehind = (id: ParentId) => upTo === undefined || compareIds(id, upTo) > 0;
    return new ParentsDone({
      upTo,
      others: [...this.others, ...ids.slice(first)].filter((id) => isBehind(id) && !pending.has(id)),
      except: [...pending].filter((id) => !isBehind(id)),
      refused,
      rows,
    });
  }

  toString(): string {
    const upTo = this.upTo === undefined ? [] : [`..${this.upTo}`];
    const marked = (mark: string, ids: ReadonlySet<ParentId>) => [...ids].map((id) => mark + id);
    return [
      ...upTo,
      ...marked('', this.others),
      ...marked('-', this.except),
      ...marked('!', this.refused),
      ...[...this.rows].map(([id, count]) => `${count}=${id}`),
    ].join(' ');
  }
}

/** Reads what `toString` wrote. */
export function parseParentsDone(text: string): ParentsDone {
  const words = text.split(' ').filter((word) => word !== '');
  const behind = (mark: string) =>
    words.filter((word) => word.startsWith(mark)).map((word) => idOf(word.slice(mark.length)));
  return new ParentsDone({
    upTo: behind('..')[0],
    others: words.filter((word) => /^[^.!-]/.test(word) && !counted.test(word)).map(idOf),
    except: behind('-'),
    refused: behind('!'),
    rows: words.flatMap((word) => {
      const [, count, id] = counted.exec(word) ?? [];
      return id === undefined ? [] : [[idOf(id), Number(count)] as const];
    }),
  });
}

/** Numbers by value and before texts, texts by their characters. */
export function compareIds(a: ParentId, b: ParentId): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function idOf(word: string): ParentId {
  return /^\d{1,15}$/.test(word) ? Number(word) : word;
}
