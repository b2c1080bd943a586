import { ConfigError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { type ListState, StreamState } from '../../sync/state.ts';

type Json = Record<string, unknown>;

const ownVersion = 1;

/** Overwrites an earlier table version: keys of a state are never removed. */
const noTableVersion = 0;

/**
 * The tap's bookmarks: what came in, overlaid with what this run reached. What it does not know, bookmarks of
 * other streams and other keys, stays as it came (singer.md §1.3).
 */
export class Bookmarks {
  readonly #root: Json;
  readonly #bookmarks: Json;

  /** `json` is the content of a state file: a state, a whole STATE message, or nothing. */
  constructor(json: unknown, file: string) {
    const root = readState(json, file);
    this.#bookmarks = { ...((root.bookmarks as Json | null | undefined) ?? {}) };
    this.#root = { ...root, bookmarks: this.#bookmarks };
  }

  /** There is nothing to tell yet: neither came a state in nor was one reached. */
  get empty(): boolean {
    return Object.keys(this.#bookmarks).length === 0 && Object.keys(this.#root).length === 1;
  }

  /**
   * How far `stream` was read before. A bookmark that cannot be read counts as none, with a warning: the stream
   * is read from the start, which loses nothing. One of a newer version is an error, as it may mean anything.
   */
  of(stream: string, log: Log): StreamState | undefined {
    const bookmark = this.#bookmarks[stream];
    if (bookmark === undefined || bookmark === null) return undefined;
    const version = isObject(bookmark) ? bookmark.version : undefined;
    if (typeof version === 'number' && version > ownVersion) {
      throw new ConfigError(
        `The state of stream ${stream} was written by a newer tap-kommo (state version ${version}, this one knows ${ownVersion}): update tap-kommo, or remove the bookmark to read the stream from the start.`,
      );
    }
    const parsed = StreamState.safeParse(bookmark);
    if (parsed.success) {
      const value = isObject(bookmark) ? bookmark.replication_key_value : undefined;
      return lowered(parsed.data, value, (problem) =>
        log('warn', `The state of stream ${stream}: ${problem}`),
      );
    }
    log('warn', `The state of stream ${stream} cannot be read; the stream is read from the start.`);
    return undefined;
  }

  /** The table version under which the last full-table read delivered; undefined when it had none. */
  tableVersion(stream: string): number | undefined {
    const bookmark = this.#bookmarks[stream];
    const version = isObject(bookmark) ? bookmark.table_version : undefined;
    return Number.isSafeInteger(version) && version !== noTableVersion ? (version as number) : undefined;
  }

  /** Records how far `stream` is read. All values are integers and strings, which every target can carry. */
  advance(stream: string, state: StreamState, cursor: string | undefined, tableVersion?: number): void {
    const before = this.#bookmarks[stream];
    this.#bookmarks[stream] = {
      ...(isObject(before) && before),
      ...state,
      // For whoever reads the state: the same bound in the words that Singer has for it.
      ...(cursor !== undefined && { replication_key: cursor, replication_key_value: state.through }),
      ...((tableVersion !== undefined || this.tableVersion(stream) !== undefined) && {
        table_version: tableVersion ?? noTableVersion,
      }),
    };
  }

  line(): string {
    return JSON.stringify({ type: 'STATE', value: this.#root });
  }
}

/**
 * The state from which everything after `value` is read once more, where a person has set the bookmark back. All that
 * the state says of later times goes: it was true, and is not what was asked for.
 */
function lowered(state: StreamState, value: unknown, warn: (problem: string) => void): StreamState {
  if (value === undefined || value === null || value === state.through) return state;
  const second = secondOf(value);
  if (second === undefined) {
    warn(`replication_key_value is neither Unix seconds nor a date, and does not count.`);
    return state;
  }
  if (second > state.through) {
    warn(`replication_key_value is later than what was read (through), and does not count.`);
    return state;
  }
  const lower = <State extends ListState>(reached: State): State =>
    reached.through <= second ? reached : { ...reached, through: second, until: second, done: '' };
  const { lists } = state;
  return {
    ...lower(state),
    ...(lists && {
      lists: Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, lower(list)])),
    }),
  };
}

/** Unix seconds, as a number or as text, or a date; undefined for anything else. */
function secondOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return Math.max(-1, Math.floor(number));
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : Math.max(-1, Math.floor(milliseconds / 1000));
}

function readState(json: unknown, file: string): Json {
  // A whole STATE message, and what `meltano state get` prints, hold the state one level deeper.
  const value = isObject(json) ? (json.type === 'STATE' ? json.value : (json.singer_state ?? json)) : json;
  if (value === null || value === undefined) return {};
  if (!isObject(value)) throw new ConfigError(`The state ${file} is not a JSON object.`);
  const { bookmarks } = value;
  if (bookmarks !== undefined && bookmarks !== null && !isObject(bookmarks)) {
    throw new ConfigError(`The state ${file} is not a Singer state: bookmarks is not an object.`);
  }
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
