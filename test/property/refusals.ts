import { isDeepStrictEqual } from 'node:util';
import { NotAvailableError } from '../../src/errors.ts';
import type { List, Stream } from '../../src/stream/declaration.ts';
import type { SyncEvent } from '../../src/sync/event.ts';
import type { Failures } from '../../src/sync/run.ts';
import type { StreamState } from '../../src/sync/state.ts';
import { resourceOf } from './lists.ts';
import { type Scenario, streamOf } from './scenario.ts';

/** What of a stream this account cannot have while it is refused, and how a run has to tell of it. */
export class Refusals {
  readonly #stream: Stream;
  readonly #refused: Readonly<Record<string, unknown>>;

  constructor(scenario: Scenario) {
    const { refused } = scenario.readings;
    this.#stream = streamOf(scenario);
    this.#refused = typeof refused === 'object' ? refused : {};
  }

  /** Whether a run of the stream meets one of them. */
  get concern(): boolean {
    return this.#stream.lists.some((list) => this.#isRefused(list));
  }

  /**
   * What is wrong with the end of a run that met them. All lists refused: that is told, and nothing else is said to
   * have been read. Some of them: the run is complete but for these, which it names, and whose entries stay as they were.
   * What it did not ask for, because the refresh that it went on with had read it, it cannot know to be refused.
   */
  faultsOf(
    failures: Failures,
    events: readonly SyncEvent[],
    [before, after]: readonly [StreamState | undefined, StreamState | undefined],
    wasAsked: (resource: string) => boolean,
  ): string[] {
    const { lists } = this.#stream;
    const refused = lists.filter((list) => this.#isRefused(list));
    const errors = [...failures.values()];
    if (refused.length === lists.length) {
      // Where nothing hangs on parents, nothing is asked for.
      if (errors.length === 0 && lists.every((list) => this.#mayNotBeAsked(list))) return [];
      if (!errors.every((error) => error instanceof NotAvailableError) || errors.length === 0)
        return [`refused, and told as ${errors.join() || 'complete'}`];
      return isDeepStrictEqual(before, after) || lists.some(({ parent }) => parent !== undefined)
        ? []
        : ['refused, and the state has changed'];
    }
    if (errors.length > 0) return [`refused in part, and failed: ${errors.join()}`];
    const finished = events.find((event) => event.type === 'finished');
    const uncovered = (finished?.type === 'finished' && finished.uncovered) || [];
    const untold = refused
      .filter((list) => !this.#mayNotBeAsked(list))
      .filter((list) => wasAsked(resourceOf(list)) || !isReadAlready(list, before))
      .filter(({ adds }) => !uncovered.some((part) => isDeepStrictEqual(part, adds)));
    const moved = refused
      .filter(({ parent }) => parent === undefined)
      .filter(({ name }) => (after?.lists?.[name]?.through ?? -1) > (before?.lists?.[name]?.through ?? -1));
    return [
      ...untold.map(({ name }) => `refused, and not told: ${name}`),
      ...moved.map(({ name }) => `refused, and covered by the state: ${name}`),
    ];
  }

  #isRefused(list: List): boolean {
    const { parent } = list;
    return (
      resourceOf(list) in this.#refused || (parent !== undefined && resourceOf(parent.list) in this.#refused)
    );
  }

  /** It hangs on parents, which can be had, and of which none may have to be asked. */
  #mayNotBeAsked({ parent }: List): boolean {
    return parent !== undefined && !(resourceOf(parent.list) in this.#refused);
  }
}

/** A list without a cursor is read in one step: what a refresh that was cut off says of it holds for all of it. */
function isReadAlready({ cursor, name }: List, state: StreamState | undefined): boolean {
  const entry = state?.lists?.[name];
  return cursor === undefined && entry?.mode === 'full_refresh' && entry.finished === 0 && entry.until >= 0;
}
