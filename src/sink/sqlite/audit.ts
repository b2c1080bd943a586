import { ConfigError } from '../../errors.ts';
import { silentLog } from '../../log.ts';
import type { Stream } from '../../stream/declaration.ts';
import type { Emit } from '../../sync/event.ts';
import { type FileOwner, readOwner } from './account.ts';
import { type Database, has, openForReading, quote } from './database.ts';
import { toUserError } from './failure.ts';
import { isAlive, marksOf } from './marks.ts';
import { readState } from './state.ts';
import { columnsOf, createTable } from './table.ts';
import { prepareUpsert, replaceOlder } from './upsert.ts';

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
  /** In the file in another version. */
  stale: Deviation;
  /** In the file as if alive, and no longer in the account. */
  gone: Deviation;
}

/** The file as it was when the audit began, beside what the account is found to hold. */
export interface Audit {
  /** The streams that the file holds. */
  readonly streams: readonly Stream[];
  /** Takes records of which only the key and the cursor are needed. */
  emit: Emit;
  /** Compares once all records of the stream were taken; what changed last before the second `from` was never asked for. */
  compare(stream: Stream, from: number | undefined): Findings;
  close(): void;
}

/** Opens the file for an audit. Throws a ConfigError when it is not a file of this account. */
export function openAudit(path: string, account: FileOwner, streams: readonly Stream[]): Audit {
  const database = openForReading(path);
  try {
    // One snapshot for the whole audit: a sync may go on in the meantime.
    database.exec('BEGIN');
    requireOwner(database, path, account);
    const present = streams.filter(({ name }) => has(database, name));
    const takers = new Map(present.map((stream) => [stream.name, collect(database, stream)]));
    return {
      streams: present,
      async emit(event) {
        if (event.type !== 'records') return;
        try {
          takers.get(event.stream)?.(event.records);
        } catch (error) {
          throw toUserError(error, 'The folder for temporary files');
        }
      },
      compare: (stream, from) => compare(database, stream, from),
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

/** A temporary table of keys and versions, which SQLite keeps outside of the file and of memory. */
function collect(database: Database, stream: Stream) {
  const columns = stream.cursor === undefined ? stream.key : [...stream.key, stream.cursor];
  const properties = Object.fromEntries(columns.map((name) => [name, stream.schema.properties[name]!]));
  const versions = { ...stream, schema: { ...stream.schema, properties } };
  const table = tableInAccount(stream);
  createTable(database, versions, { table, columns: columnsOf(versions), schema: 'temp' });
  return prepareUpsert(database, versions, table, replaceOlder(versions, table));
}

const tableInAccount = (stream: Stream) => `in_account_${stream.name}`;

function compare(database: Database, stream: Stream, from: number | undefined): Findings {
  const { name, cursor } = stream;
  const state = readState(database, name, silentLog);
  const upTo = cursor === undefined ? state?.until : state?.through;
  const account = `temp.${quote(tableInAccount(stream))} AS account`;
  const file = `main.${quote(name)} AS file`;
  const sameKey = stream.key
    .map((column) => `file.${quote(column)} = account.${quote(column)}`)
    .join(' AND ');
  const key = (side: string) => stream.key.map((column) => `${side}.${quote(column)}`).join(" || '/' || ");
  const version = (side: string) => (cursor === undefined ? 'NULL' : `${side}.${quote(cursor)}`);
  const living = marksOf(stream).size === 0 ? 'true' : isAlive('file');
  const vouchedFor = `coalesce(${version('account')} BETWEEN @from AND @upTo, 1)`;
  const find = (side: string, where: string) => {
    const parameters = { upTo: upTo ?? -1, from: from ?? 0 };
    const count = database.prepare<object, number>(`SELECT count(*) FROM ${where}`).pluck().get(parameters)!;
    const first = `SELECT ${key(side)} FROM ${where} ORDER BY 1 LIMIT 10`;
    return {
      count,
      keys: database.prepare<object, string | number>(first).pluck().all(parameters).map(String),
    };
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
      `${account} JOIN ${file} ON ${sameKey} WHERE ${vouchedFor} AND ${version('file')} IS NOT ${version('account')}`,
    ),
    gone: find(
      'file',
      `${file} WHERE ${living} AND coalesce(${version('file')} >= @from, 1) AND NOT EXISTS (SELECT 1 FROM ${account} WHERE ${sameKey})`,
    ),
  };
}
