import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { ConfigError, TransientError } from '../../../src/errors.ts';
import { type Database, openForReading, openForWriting } from '../../../src/sink/sqlite/database.ts';
import { newFolder } from '../../new-folder.ts';
import { checkpoint, execute, newPath, openSink, query, records } from './workspace.ts';

function errorOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

describe('a path that cannot be used is named in one line, and nothing is left behind', () => {
  test.each([
    ['a file that is not a database', 'text.db', /is not a SQLite database/],
    ['a folder', 'folder', /is a folder/],
    ['a folder that is not there', 'missing/kommo.db', /the folder does not exist/],
    ['a file in place of a folder', 'text.db/kommo.db', /the folder does not exist/],
  ])('%s', (_case, name, message) => {
    const folder = newFolder();
    writeFileSync(join(folder, 'text.db'), 'not a database, but long enough to hold a header '.repeat(20));
    mkdirSync(join(folder, 'folder'));
    const path = join(folder, name);
    const existed = existsSync(path);
    const error = errorOf(() => openSink(path));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
    expect(existsSync(path)).toBe(existed);
  });

  test('a file that is not a database stays as it is', () => {
    const path = newPath();
    writeFileSync(path, 'a diary');
    errorOf(() => openSink(path));
    expect(readFileSync(path, 'utf8')).toBe('a diary');
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  test('a place where nobody can create files', () => {
    const error = errorOf(() => openSink('/proc/kommo.db'));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/\/proc\/kommo.db cannot be opened/);
  });

  test('a database with a table of the same name that is not ours', () => {
    const path = newPath();
    execute(path, 'CREATE TABLE leads (id INTEGER PRIMARY KEY, secret TEXT)');
    const error = errorOf(() => openSink(path));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/has a table leads that this program did not make/);
    expect(query(path, 'SELECT name FROM sqlite_schema')).toEqual([{ name: 'leads' }]);
    expect(query(path, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'delete' }]);
  });

  test('a file to read that is not there, or is not a database', () => {
    const path = newPath();
    expect(errorOf(() => openForReading(path)).message).toMatch(/does not exist/);
    writeFileSync(path, 'a diary');
    expect(errorOf(() => openForReading(path))).toBeInstanceOf(ConfigError);
  });

  test('a set-up that fails takes the new file away again', () => {
    const path = newPath();
    const fail = (database: Database) => {
      database.exec('CREATE TABLE half (done)');
      throw new Error('power cut');
    };
    expect(() => openForWriting(path, {}, fail)).toThrow('power cut');
    expect(existsSync(path)).toBe(false);
  });
});

describe('a file that another program holds', () => {
  test('is reported as locked when the run starts', () => {
    const path = newPath();
    openSink(path).close();
    const other = new SQLite(path);
    other.exec('BEGIN EXCLUSIVE');
    const error = errorOf(() => openSink(path, { pragmas: { busy_timeout: 10 } }));
    other.close();
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toMatch(/is locked by another program/);
  });

  test('is reported as locked in the middle of the run, which can then go on from its state', async () => {
    const path = newPath();
    const sink = openSink(path, { pragmas: { busy_timeout: 10 } });
    await sink.emit(records('leads', [{ id: 1 }]));
    await sink.emit(checkpoint('leads', { through: 1 }));
    const other = new SQLite(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(sink.emit(records('leads', [{ id: 2 }]))).rejects.toThrow(TransientError);
    other.close();
    sink.close();
    const again = openSink(path);
    expect(again.state('leads')).toMatchObject({ through: 1 });
    expect(again.count('leads').rows).toBe(1);
    again.close();
  });
});

test('a full disk ends the run with one line; rows and state of the last checkpoint stay', async () => {
  const path = newPath();
  const sink = openSink(path, { pragmas: { max_page_count: 60 } });
  const page = (first: number) =>
    records(
      'leads',
      Array.from({ length: 50 }, (_, index) => ({ id: first + index, name: 'x'.repeat(500) })),
    );
  let through = 0;
  const fill = async () => {
    for (; ; through++) {
      await sink.emit(page(through * 50));
      await sink.emit(checkpoint('leads', { through: through + 1 }));
    }
  };
  const error = await fill().catch((error: unknown) => error as Error);
  expect(error).toBeInstanceOf(TransientError);
  expect((error as Error).message).toMatch(/^No space left for .*kommo.db/);
  sink.close();
  expect(through).toBeGreaterThan(0);
  const again = openSink(path);
  expect(again.state('leads')).toMatchObject({ through });
  expect(again.count('leads').rows).toBe(through * 50);
  again.close();
});
