import fc from 'fast-check';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Chronicle } from './chronicle.ts';

/** One thing that somebody does in the CRM between two requests; numbers choose among the records there are. */
export type Deed =
  | { kind: 'edit' | 'remove' | 'restore'; which: number }
  | { kind: 'create'; count: number }
  | { kind: 'bulk'; which: number; count: number };

const which = fc.nat(999);

export const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('edit' as const), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('create' as const), count: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('bulk' as const),
      which,
      count: fc.integer({ min: 2, max: 40 }),
    }),
  },
);

/** The people who work in the CRM while it is read. */
export class People {
  readonly #simulator: Simulator;
  readonly #chronicle: Chronicle;
  readonly #list: string;
  readonly #removed: (number | string)[] = [];

  /** `list` is where they work: pipelines, where statuses are read. */
  constructor(simulator: Simulator, chronicle: Chronicle, list: string) {
    this.#simulator = simulator;
    this.#chronicle = chronicle;
    this.#list = list;
  }

  /** Does these, but changes no more records than `strength`. */
  do(deeds: readonly Deed[], strength: number): void {
    let left = strength;
    for (const deed of deeds) {
      const count = Math.min(left, 'count' in deed ? deed.count : 1);
      left -= count;
      if (count > 0) this.#chronicle.observe(this.#perform(deed, count));
    }
  }

  /** The records that were touched. */
  #perform(deed: Deed, count: number): (number | string)[] {
    const { account } = this.#simulator;
    const list = this.#list;
    if (deed.kind === 'create') return Array.from({ length: count }, () => account.create(list));
    // Events happen, and nothing ever happens to them.
    if (list === 'events') return [];
    if (deed.kind === 'restore') {
      const id = this.#removed.pop();
      if (id === undefined) return [];
      account.restore(list, id);
      return [id];
    }
    const ids = [...account.truth(list)].map(({ id }) => id);
    // An account keeps one user and one pipeline at least.
    if (ids.length < 2) return [];
    const first = deed.which % ids.length;
    if (deed.kind === 'bulk') {
      const several = ids.slice(first, first + count);
      account.bulkEdit(list, several);
      return several;
    }
    const id = ids[first]!;
    if (deed.kind === 'edit') account.edit(list, id);
    else {
      account.remove(list, id);
      this.#removed.push(id);
    }
    return [id];
  }
}
