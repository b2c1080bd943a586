import type { KommoClient } from '../api/kommo-client.ts';
import { NotAvailableError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { List } from '../stream/declaration.ts';
import { createShaper, type Shaper } from '../stream/shape.ts';
import type { PlannedStream } from './event.ts';
import { ListReading, type Refusal } from './list-reading.ts';
import { merged, type StreamState } from './state.ts';
import type { Testimony } from './testimony.ts';

/** A stream in this run: its parts, what has come of it, and how it ended. */
export class StreamReading {
  readonly planned: PlannedStream;
  readonly shaper: Shaper;
  readonly parts: readonly ListReading[];
  /** What earlier runs have read of the same refresh, to be looked at once more. */
  readonly again: readonly ListReading[];
  /** Under whose names its requests are counted. */
  readonly purposes = new Set<string>();
  records = 0;
  started = false;
  finished = false;
  /** What the event log has to tell of it; undefined where its cursor tells all. */
  testimony: Testimony | undefined;
  readonly #isSplit: boolean;

  constructor(planned: PlannedStream, log: Log) {
    const { stream, mode, columns, state } = planned;
    this.planned = planned;
    this.#isSplit = stream.lists.length > 1;
    const stateOf = (list: List) => (this.#isSplit ? state?.lists?.[list.name] : state);
    this.parts = stream.lists.map((list) => new ListReading(list, mode, stateOf(list)));
    const isChecked = planned.looksAgain && mode === 'full_refresh';
    const mutable = isChecked ? stream.lists.filter(({ immutable }) => !immutable) : [];
    this.again = mutable.map((list) => new ListReading(list, mode, stateOf(list), { isAgain: true }));
    this.shaper = createShaper(stream, columns, (field) =>
      log('warn', `${stream.name}: Kommo sends a field that has no column: ${field}`),
    );
  }

  get name(): string {
    return this.planned.stream.name;
  }

  /** Its lists are read, or cannot be. */
  get isListed(): boolean {
    return this.#all.every((part) => part.ended);
  }

  get #all(): readonly ListReading[] {
    return [...this.parts, ...this.again];
  }

  get ended(): boolean {
    return this.isListed && !this.testimony?.isAwaited;
  }

  /** Ends what has not ended by itself, with the error that cut it short, if one did. */
  end(error?: unknown): void {
    for (const part of this.#all) part.end(error);
    this.testimony?.end(error);
  }

  /** Why it could not be read in full; a refusal of all that it consists of among it. */
  get error(): unknown {
    const failed = this.#all.find((part) => part.error !== undefined);
    return (
      failed?.error ??
      this.testimony?.error ??
      (this.parts.every((part) => part.isRefused) ? this.refusals[0]?.error : undefined)
    );
  }

  get isRefused(): boolean {
    return this.error instanceof NotAvailableError;
  }

  get refusals(): readonly Refusal[] {
    return this.#all.flatMap((part) => part.refusals);
  }

  /** How much of it has been read, from 0 to 1; undefined where a part of it cannot say. */
  get fraction(): number | undefined {
    const parts = this.#all.filter((part) => !part.isRefused);
    const fractions = parts.map((part) => (part.ended ? 1 : part.progress?.fraction));
    if (parts.length === 0 || fractions.includes(undefined)) return undefined;
    return (fractions as number[]).reduce((sum, fraction) => sum + fraction, 0) / parts.length;
  }

  /** Grows with all that a checkpoint can tell of. */
  get steps(): number {
    return this.records + this.parts.reduce((sum, { progress }) => sum + (progress?.listsDone ?? 0), 0);
  }

  requests(client: KommoClient): number {
    return [...this.purposes].reduce((sum, purpose) => sum + client.requests(purpose), 0);
  }

  /** The state as of now; undefined where nothing new can be said. */
  state(): StreamState | undefined {
    if (!this.parts.some((part) => part.hasNews)) return undefined;
    const finished = this.ended && this.error === undefined ? 1 : 0;
    const states = this.parts.map((part) => part.state(finished));
    const told = this.testimony && { witness: this.testimony.state };
    if (!this.#isSplit) return { ...states[0]!, ...told };
    const entries = Object.fromEntries(this.parts.map((part, index) => [part.list.name, states[index]!]));
    const covered = states.filter((_, index) => !this.parts[index]!.isRefused);
    return { ...merged(entries, covered, { mode: this.planned.mode, finished }), ...told };
  }
}
