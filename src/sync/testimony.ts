import type { ClosedSecond } from './closed-second.ts';
import type { PlannedStream } from './event.ts';
import type { LogEvent } from './log-reading.ts';
import type { Row } from './row.ts';
import type { LogState } from './state.ts';

/** A state names so many events; what it does not name is acted on again. */
const mostActed = 1_000;

/** What the event log has to tell of one stream in this run, and how far it has been acted on. */
export class Testimony {
  /** The stream ends when the log was acted on. */
  isAwaited: boolean;
  error: unknown;
  /** Records that came by themselves: they say all that the log could tell. */
  readonly #seen = new Set<number | string>();
  readonly #closed: ClosedSecond;
  #state: LogState | undefined;

  constructor({ mode, state }: PlannedStream, closed: ClosedSecond, isWanted: boolean) {
    this.#closed = closed;
    const goesOn =
      state !== undefined &&
      state.until >= 0 &&
      (mode === 'incremental' || (state.mode === mode && state.finished === 0));
    // All that was read came after that second was over.
    if (goesOn) this.#state = state.witness ?? { through: state.until, acted: '', known: '' };
    this.isAwaited = goesOn && isWanted && mode === 'incremental';
  }

  /** A first read comes after all that the log tells up to its beginning. */
  get state(): LogState {
    return this.#state ?? { through: this.#closed.value, acted: '', known: '' };
  }

  saw(rows: readonly Row[]): void {
    if (this.isAwaited) for (const { id } of rows) this.#seen.add(id);
  }

  /** The events that were not acted on yet. */
  newOf(events: readonly LogEvent[], lookbackSeconds: number): LogEvent[] {
    const { through, acted } = this.state;
    const known = new Set(acted.split(' '));
    return events.filter(({ id, at }) => at > through - lookbackSeconds && !known.has(String(id)));
  }

  /** The records called `entity` that the events name and that did not come by themselves. */
  unseen(events: readonly LogEvent[], entity: string): (number | string)[] {
    const ids = events.flatMap(({ named }) => named.filter(({ type }) => type === entity));
    return [...new Set(ids.map(({ id }) => id))].filter((id) => !this.#seen.has(id));
  }

  /** All that the log told up to the second `through` was acted on. */
  settle(events: readonly LogEvent[], { through, known }: Omit<LogState, 'acted'>, lookback: number): void {
    const again = events.filter(({ at }) => at > through - lookback).sort((one, two) => one.at - two.at);
    const acted = again.slice(-mostActed).map(({ id }) => id);
    this.#state = { through, acted: acted.join(' '), known };
    this.end();
  }

  end(error?: unknown): void {
    if (!this.isAwaited) return;
    this.isAwaited = false;
    this.error = error;
    this.#seen.clear();
  }
}
