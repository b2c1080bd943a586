import { accessSync, constants, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import SQLite from 'better-sqlite3';
import { ConfigError } from '../../errors.ts';
import { toUserError } from './failure.ts';

export type Database = SQLite.Database;

/** Settings of a connection by SQLite's name for them. */
export type Pragmas = Readonly<Record<string, string | number>>;

/** Milliseconds to wait for another program that holds the file. The wait blocks this process, so it is short. */
const busyTimeout = 5_000;

/** A reference of the owner's own between our tables is a note to readers: Kommo does not keep any. */
const opened: Pragmas = { foreign_keys: 'OFF' };

const writing: Pragmas = {
  // Readers and the one writer never wait for each other, and a commit costs no fsync: after a power cut the
  // newest commits may be missing, but rows and state are missing together.
  journal_mode: 'WAL',
  // Pages (64 MB) of log before they are carried over into the file, which takes two fsyncs: with the default of
  // 1,000 that would be at every checkpoint of a run.
  wal_autocheckpoint: 16_000,
};

/**
 * Opens the file for writing and lets `prepare` set it up; creates it where there is none. When anything of that
 * fails, a file that was not there before is not there afterwards either.
 */
export function openForWriting<T>(path: string, pragmas: Pragmas, prepare: (database: Database) => T): T {
  const file = resolve(path);
  if (!isDirectory(dirname(file))) throw new ConfigError(`${path}: the folder does not exist`);
  if (isDirectory(file)) throw new ConfigError(`${path} is a folder: name a file`);
  const isNew = !existsSync(file);
  let database: Database | undefined;
  try {
    database = new SQLite(file, { timeout: busyTimeout });
    set(database, { ...opened, ...pragmas });
    const prepared = prepare(database);
    // Not before: the mode stays with the file, and a file that is refused must stay as it was.
    set(database, writing);
    return prepared;
  } catch (error) {
    database?.close();
    if (isNew) for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
    throw toUserError(error, path);
  }
}

/** Opens an existing file for reading only; neither its folder nor one for temporary files need be writable. */
export function openForReading(path: string): Database {
  const file = resolve(path);
  if (!existsSync(file)) throw new ConfigError(`${path} does not exist`);
  if (isDirectory(file)) throw new ConfigError(`${path} is a folder: name a file`);
  try {
    const database = openReadOnly(file);
    if (!hasFolderForTemporaryFiles()) database.pragma('temp_store = MEMORY');
    return database;
  } catch (error) {
    throw toUserError(error, path);
  }
}

function openReadOnly(file: string): Database {
  const open = (source: string | Buffer) => {
    const database = new SQLite(source, { readonly: true, timeout: busyTimeout });
    try {
      // Nothing is read before the first question.
      database.prepare('SELECT count(*) FROM sqlite_schema').get();
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  };
  try {
    return open(file);
  } catch (error) {
    // A file in WAL mode wants an index beside it. Where none can be made nobody writes, so a copy is as good.
    if (!(error instanceof SQLite.SqliteError) || !isFolderReadOnly(error) || hasLog(file)) throw error;
    return open(inRollbackMode(readFileSync(file)));
  }
}

const isFolderReadOnly = ({ code }: { code: string }) =>
  code === 'SQLITE_READONLY_DIRECTORY' || code === 'SQLITE_CANTOPEN';

function hasLog(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** Bytes 18 and 19 of the header say how the file is written: 2 is WAL, which does not work in memory. */
function inRollbackMode(content: Buffer): Buffer {
  return content.fill(1, 18, 20);
}

/** SQLite spills temporary tables into the first of these that it can write. */
function hasFolderForTemporaryFiles(): boolean {
  return [tmpdir(), '/var/tmp', '/usr/tmp', '/tmp', '.'].some((folder) => {
    try {
      accessSync(folder, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function set(database: Database, pragmas: Pragmas): void {
  for (const [name, value] of Object.entries(pragmas)) database.pragma(`${name} = ${value}`);
}

/** A name as SQL wants it, whatever it contains. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** True when the file holds a table or a view of this name. */
export function has(database: Database, name: string): boolean {
  // SQLite compares names without regard to case.
  const row = database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ? COLLATE NOCASE').get(name);
  return row !== undefined;
}

function isDirectory(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
}
