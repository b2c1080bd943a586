import fc from 'fast-check';
import { declarationOf } from '../../src/simulator/lists.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Stream } from '../../src/stream/declaration.ts';
import type { Chronicle } from './chronicle.ts';
import { ownLists, parentLists } from './lists.ts';

/** One thing that somebody does in the CRM between two requests; numbers choose among lists and their records. */
export type Deed = { where: number } & (
  | { kind: 'edit' | 'remove' | 'restore'; which: number }
  | { kind: 'create'; count: number }
  | { kind: 'bulk'; which: number; count: number }
);

const mostParents = 40;
const where = fc.nat(11);
const which = fc.nat(999);
const drawn = <Kind extends string>(kind: Kind) => ({ kind: fc.constant(kind), where, which });

export const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record(drawn('edit')) },
  { weight: 2, arbitrary: fc.record(drawn('remove')) },
  { weight: 1, arbitrary: fc.record(drawn('restore')) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      where,
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ ...drawn('bulk'), count: fc.integer({ min: 2, max: 40 }) }) },
);

/** The people who work in the CRM while a stream is read: in its lists, and in those that they hang on. */
export class People {
  readonly #simulator: Simulator;
  readonly #chronicle: Chronicle;
  readonly #lists: readonly string[];
  readonly #parents: ReadonlySet<string>;
  /** Changes of what hangs on a parent are told by the parent. */
  readonly #areToldByParents: boolean;
  /** Somebody who has no parent is asked for in no other way. */
  readonly #needParents: boolean;
  readonly #removed = new Map<string, (number | string)[]>();

  constructor(simulator: Simulator, chronicle: Chronicle, stream: Stream) {
    this.#simulator = simulator;
    this.#chronicle = chronicle;
    this.#parents = new Set(parentLists(stream));
    this.#lists = [...new Set([...ownLists(stream), ...this.#parents])];
    this.#areToldByParents = stream.lists.some(({ parent }) => parent?.onlyChanged);
    this.#needParents = stream.lists.some(({ parent }) => parent?.many !== undefined);
  }

  /** Does these, but changes no more records than `strength`. */
  do(deeds: readonly Deed[], strength: number): void {
    let left = strength;
    for (const deed of deeds) {
      const list = this.#lists[deed.where % this.#lists.length];
      const count = Math.min(left, 'count' in deed ? deed.count : 1);
      left -= count;
      if (list === undefined || count <= 0 || !this.#canDo(deed, list)) continue;
      this.#chronicle.observe(list, this.#perform(deed, list, count));
    }
  }

  /** What happens in an account, and what a reader has any chance to hear of. */
  #canDo({ kind }: Deed, list: string): boolean {
    // Events happen, and nothing ever happens to them.
    if (list === 'events') return kind === 'create';
    // There is one account.
    if (declarationOf(list).key === '') return kind === 'edit' || kind === 'bulk';
    if (this.#parents.has(list)) {
      // Each costs requests of its own, in which more would come.
      if (kind === 'create') return this.#simulator.account.count(list) < mostParents;
      if (kind === 'remove') return !this.#needParents;
      return kind !== 'restore' || !this.#areToldByParents;
    }
    return !this.#areToldByParents || kind === 'create' || kind === 'remove';
  }

  /** The records that were touched. */
  #perform(deed: Deed, list: string, count: number): (number | string)[] {
    const { account } = this.#simulator;
    if (deed.kind === 'create') return Array.from({ length: count }, () => account.create(list));
    const removed = this.#removed.get(list) ?? [];
    this.#removed.set(list, removed);
    if (deed.kind === 'restore') {
      const id = removed.pop();
      if (id === undefined) return [];
      account.restore(list, id);
      return [id];
    }
    const ids = [...account.truth(list)].map(({ id }) => id);
    const first = deed.which % ids.length;
    if (deed.kind === 'bulk') {
      const several = ids.slice(first, first + count);
      account.bulkEdit(list, several);
      return several;
    }
    // An account keeps one user and one pipeline at least.
    if (ids.length < (deed.kind === 'remove' ? 2 : 1)) return [];
    const id = ids[first]!;
    if (deed.kind === 'edit') account.edit(list, id);
    else {
      account.remove(list, id);
      removed.push(id);
    }
    return [id];
  }
}
