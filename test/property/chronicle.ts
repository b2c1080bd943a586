import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Stream } from '../../src/stream/declaration.ts';
import { ownLists } from './lists.ts';

/** An id, or the ids of a key with slashes between them, and a version. */
const together = (key: string, version: number) => `${key} ${version}`;

/** What was true of one stream and when, counted in turns: the oracle for rows that are missing and rows too many. */
export class Chronicle {
  readonly #simulator: Simulator;
  readonly #stream: string;
  /** Its records are those of one list, under the same ids. */
  readonly #isList: boolean;
  /** The version and the turn in which each row that is listed now was listed first. */
  readonly #listed = new Map<string, { version: number; since: number }>();
  /** The last turn in which each version that there ever was could be seen. */
  readonly #seenLast = new Map<string, number>();
  readonly #touched = new Map<string, number>();
  turn = 0;

  constructor(simulator: Simulator, stream: Stream) {
    this.#simulator = simulator;
    this.#stream = stream.name;
    const lists = ownLists(stream);
    const isWhole = stream.lists.every(({ parent }) => parent === undefined);
    this.#isList = isWhole && lists.length === 1 && lists[0] === stream.name;
    this.#observeAll();
  }

  /** Takes note of what somebody has just done to these records of a list. */
  observe(list: string, ids: readonly (number | string)[]): void {
    if (ids.length === 0) return;
    if (!this.#isList || list !== this.#stream) {
      this.#observeAll();
      return;
    }
    const { account } = this.#simulator;
    const served = account.list(list);
    for (const id of ids) {
      const isListed = account.record(list, id) !== undefined;
      this.#note(String(id), isListed ? served.version(served.rowOf(id)) : undefined);
    }
  }

  #observeAll(): void {
    const now = new Map<string, number>();
    for (const { id, version } of this.#simulator.account.truth(this.#stream)) now.set(String(id), version);
    for (const key of new Set([...this.#listed.keys(), ...now.keys()])) this.#note(key, now.get(key));
  }

  #note(key: string, version: number | undefined): void {
    const before = this.#listed.get(key);
    if (before?.version === version) return;
    this.#touched.set(key, this.turn);
    if (before !== undefined) this.#seenLast.set(together(key, before.version), this.turn);
    if (version === undefined) this.#listed.delete(key);
    else {
      this.#listed.set(key, { version, since: before?.since ?? this.turn });
      this.#seenLast.set(together(key, version), Number.POSITIVE_INFINITY);
    }
  }

  /** Whether this version of the record could be seen in a turn or later; false for one that never existed. */
  wasTrue(key: string, version: number, since: number): boolean {
    return (this.#seenLast.get(together(key, version)) ?? -1) >= since;
  }

  /** Whether the record is listed, and was so all the time from that turn on. */
  isListedSince(key: string, turn: number): boolean {
    return (this.#listed.get(key)?.since ?? Number.POSITIVE_INFINITY) <= turn;
  }

  /** Whether the record was listed in a turn or later. */
  wasListed(key: string, since: number): boolean {
    return this.#listed.has(key) || this.wasTouched(key, since);
  }

  wasTouched(key: string, since: number): boolean {
    return (this.#touched.get(key) ?? -1) >= since;
  }
}
