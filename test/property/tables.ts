import type { SyncMode } from '../../src/sync/event.ts';
import type { StreamState } from '../../src/sync/state.ts';
import { Destination } from './reading.ts';

interface Delivered {
  key: string;
  version: number;
}

/**
 * A destination of one stream that keeps what a SQLite file keeps: rows are there when the state that covers them is,
 * and a full refresh loads beside them and replaces them at its end. It is the strictest that there is: whoever has
 * resumed from its states must have been sent all of it.
 */
export class Tables extends Destination {
  /** Every row that came, for whoever wants to judge it at once. */
  onRow: (row: Delivered, data: Record<string, unknown>) => void = () => {};
  #mode: SyncMode = 'incremental';
  #pending: Delivered[] = [];
  readonly #tables = {
    incremental: new Map<string, Set<number>>(),
    full_refresh: new Map<string, Set<number>>(),
  };
  readonly #states = new Map<SyncMode, StreamState>();
  readonly #stream: string;

  constructor(stream: string) {
    super();
    this.#stream = stream;
  }

  /** A run begins, in this mode. */
  begin(mode: SyncMode): void {
    this.#mode = mode;
    this.#pending = [];
    this.states.clear();
    const state = this.#states.get(mode);
    if (state !== undefined) this.states.set(this.#stream, state);
  }

  /** What the last run has reached in the table that it fills. */
  get state(): StreamState | undefined {
    return this.#states.get(this.#mode);
  }

  /** The rows of the table that the last run filled: of the one beside it while a full refresh is not through. */
  override has(_stream: string, id: number | string, version: number): boolean {
    return this.#current.get(String(id))?.has(version) ?? false;
  }

  /** The versions of a row that came. */
  versionsOf(key: string): ReadonlySet<number> {
    return this.#current.get(key) ?? new Set();
  }

  keys(): Iterable<string> {
    return this.#current.keys();
  }

  get #current(): Map<string, Set<number>> {
    const isLoading = this.#mode === 'full_refresh' && this.#states.get('full_refresh') !== undefined;
    return this.#tables[isLoading ? 'full_refresh' : 'incremental'];
  }

  protected override keep(
    _stream: string,
    key: string,
    version: number,
    data: Record<string, unknown>,
  ): void {
    this.#pending.push({ key, version });
    this.onRow({ key, version }, data);
  }

  protected override reached(_stream: string, state: StreamState): void {
    const table = this.#tables[this.#mode];
    for (const { key, version } of this.#pending) {
      const versions = table.get(key) ?? new Set();
      table.set(key, versions);
      versions.add(version);
    }
    this.#pending = [];
    this.#states.set(this.#mode, state);
    if (this.#mode !== 'full_refresh' || state.finished === 0) return;
    this.#tables.incremental = this.#tables.full_refresh;
    this.#tables.full_refresh = new Map();
    this.#states.set('incremental', state);
    this.#states.delete('full_refresh');
  }
}
