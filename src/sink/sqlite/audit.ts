import { ConfigError } from '../../errors.ts';
import { silentLog } from '../../log.ts';
import type { Stream } from '../../stream/declaration.ts';
import type { Emit, Part } from '../../sync/event.ts';
import { type FileOwner, readOwner } from './account.ts';
import { type Collection, collect } from './collection.ts';
import { type Database, has, openForReading, quote } from './database.ts';
import { toUserError } from './failure.ts';
import { isAlive, marksOf } from './marks.ts';
import { outside } from './parts.ts';
import { readState } from './state.ts';
import { keyOf } from './table.ts';

/** Keys of rows that are not as they should be: the first few of them, and how many there are. */
export interface Deviation {
  count: number;
  keys: string[];
}

export interface Findings {
  /** Records that the account has now. */
  records: number;
  /** The file vouches for everything up to this second; undefined when it vouches for nothing yet. */
  upTo: number | undefined;
  /** In the account, and not in the file. */
  missing: Deviation;
  /** In the file in another version, or as deleted. */
  stale: Deviation;
  /** In the file as if alive, and no longer in the account. */
  gone: Deviation;
}

/** The file as it was when the audit began, beside what the account is found to hold. */
export interface Audit {
  /** The streams that the file holds. */
  readonly streams: readonly Stream[];
  /** Takes records: of a shallow audit only key and cursor are needed, of a deep one all columns. */
  emit: Emit;
  /** True when a sync has read the stream: that it cannot be read now is no excuse. */
  isFilled(stream: Stream): boolean;
  /** Why the account cannot have the stream; undefined where it was read. */
  unavailable(stream: Stream): string | undefined;
  /** Compares once all records of the stream were taken; what changed last before the second `from` was never asked for. */
  compare(stream: Stream, from: number | undefined): Findings;
  close(): void;
}

export interface AuditOptions {
  path: string;
  account: FileOwner;
  streams: readonly Stream[];
  /** Compares every column. */
  deep: boolean;
}

/** Opens the file for an audit. Throws a ConfigError when it is not a file of this account. */
export function openAudit({ path, account, streams, deep }: AuditOptions): Audit {
  const database = openForReading(path);
  try {
    // One snapshot for the whole audit: a sync may go on in the meantime.
    database.exec('BEGIN');
    requireOwner(database, path, account);
    const present = streams.filter(({ name }) => has(database, name));
    const collections = new Map(present.map((stream) => [stream.name, collect(database, stream, deep)]));
    const uncovered = new Map<string, readonly Part[]>();
    const unavailable = new Map<string, string>();
    return {
      streams: present,
      async emit(event) {
        if (event.type === 'finished') {
          uncovered.set(event.stream, event.uncovered ?? []);
          if (event.unavailable !== undefined) unavailable.set(event.stream, event.unavailable.message);
        }
        if (event.type !== 'records') return;
        try {
          collections.get(event.stream)?.take(event.records);
        } catch (error) {
          throw toUserError(error, 'The folder for temporary files');
        }
      },
      isFilled: ({ name }) => readState(database, name, silentLog) !== undefined,
      unavailable: ({ name }) => unavailable.get(name),
      compare: (stream, from) =>
        compare(database, stream, collections.get(stream.name)!, {
          from: from ?? 0,
          uncovered: uncovered.get(stream.name) ?? [],
        }),
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw toUserError(error, path);
  }
}

function requireOwner(database: Database, path: string, account: FileOwner): void {
  if (!has(database, '_kommo_account')) {
    throw new ConfigError(`${path} was not made by source-kommo sync`);
  }
  const owner = readOwner(database);
  if (owner !== undefined && owner.id !== account.id) {
    throw new ConfigError(
      `${path} holds account ${owner.id} (${owner.name}), the settings are for account ${account.id} (${account.name})`,
    );
  }
}

function compare(
  database: Database,
  stream: Stream,
  collection: Collection,
  { from, uncovered }: { from: number; uncovered: readonly Part[] },
): Findings {
  const { name, cursor } = stream;
  const state = readState(database, name, silentLog);
  const isReadWhole = stream.lists.every(({ filter }) => filter === undefined);
  const upTo = (isReadWhole ? state?.until : state?.through) ?? -1;
  const account = `temp.${quote(collection.table)} AS account`;
  const file = `main.${quote(name)} AS file`;
  const sameKey = keyOf(stream)
    .map((column) => `file.${quote(column)} = account.${quote(column)}`)
    .join(' AND ');
  const key = (side: string) =>
    keyOf(stream)
      .map((column) => `${side}.${quote(column)}`)
      .join(" || '/' || ");
  const version = (side: string) => (cursor === undefined ? 'NULL' : `${side}.${quote(cursor)}`);
  const living = marksOf(stream).size === 0 ? 'true' : isAlive('file');
  const vouchedFor = `coalesce(${version('account')} BETWEEN ${from} AND ${upTo}, 1)`;
  const covered = outside(uncovered, 'file');
  const find = (side: string, where: string, values: readonly (string | number)[] = []): Deviation => {
    const count = database
      .prepare<unknown[], number>(`SELECT count(*) FROM ${where}`)
      .pluck()
      .get(...values)!;
    const first = `SELECT ${key(side)} FROM ${where} ORDER BY 1 LIMIT 10`;
    const keys = database.prepare<unknown[], string | number>(first).pluck();
    return { count, keys: keys.all(...values).map(String) };
  };
  return {
    records: database.prepare<[], number>(`SELECT count(*) FROM ${account}`).pluck().get()!,
    upTo: upTo === -1 ? undefined : upTo,
    missing: find(
      'account',
      `${account} WHERE ${vouchedFor} AND NOT EXISTS (SELECT 1 FROM ${file} WHERE ${sameKey})`,
    ),
    stale: find(
      'account',
      `${account} JOIN ${file} ON ${sameKey} WHERE ${vouchedFor} AND ` +
        `(${version('file')} IS NOT ${version('account')} OR ${collection.differs} OR NOT ${living})`,
    ),
    gone: find(
      'file',
      `${file} WHERE ${living} AND coalesce(${version('file')} >= ${from}, 1) AND ${covered.condition} AND ` +
        `NOT EXISTS (SELECT 1 FROM ${account} WHERE ${sameKey})`,
      covered.values,
    ),
  };
}
