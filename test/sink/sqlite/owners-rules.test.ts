import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../../src/errors.ts';
import {
  checkpoint,
  execute,
  newPath,
  openSink,
  query,
  records,
  refreshed,
  refreshing,
} from './workspace.ts';

const names = ['users', 'statuses', 'tasks'];

async function refresh(path: string, users: Record<string, unknown>[]) {
  const sink = openSink(path, { streams: refreshing(...names) });
  try {
    await sink.emit(records('users', users));
    await refreshed(sink, ...names);
  } finally {
    sink.close();
  }
}

describe('a table to which its owner has added', () => {
  test('references and triggers takes a full refresh', async () => {
    const path = newPath();
    await refresh(path, [{ id: 1, name: 'Olga' }, { id: 2 }]);
    execute(
      path,
      'CREATE TABLE bonus (user_id INTEGER NOT NULL REFERENCES users (id), amount INTEGER);' +
        'INSERT INTO bonus VALUES (1, 5), (2, 6);' +
        'CREATE TABLE journal (user_id INTEGER, mark INTEGER);' +
        'CREATE TRIGGER note AFTER UPDATE ON users BEGIN INSERT INTO journal VALUES (new.id, new._deleted_at); END;' +
        "CREATE TRIGGER keep BEFORE DELETE ON users BEGIN SELECT RAISE(ABORT, 'kept'); END;",
    );
    await refresh(path, [{ id: 2, name: 'Ana' }]);
    expect(query(path, 'SELECT user_id, amount FROM bonus')).toHaveLength(2);
    expect(query(path, 'SELECT * FROM journal')).toEqual([
      { user_id: 1, mark: 1_700_000_000 },
      { user_id: 2, mark: null },
    ]);
  });

  test.each([
    [
      'CREATE UNIQUE INDEX one_name ON users (name)',
      /UNIQUE constraint failed: users\.name \(index one_name\)/,
    ],
    [
      "CREATE TRIGGER no_ana BEFORE INSERT ON users WHEN new.name = 'Ana' BEGIN SELECT RAISE(ABORT, 'no Ana here'); END",
      /no Ana here \(trigger no_ana\)/,
    ],
    [
      'CREATE TRIGGER lost AFTER INSERT ON users BEGIN INSERT INTO nowhere VALUES (1); END',
      /no such table: main\.nowhere \(trigger lost\)/,
    ],
  ])('%s: one line names what lets no row in', async (rule, message) => {
    const path = newPath();
    await refresh(path, [{ id: 1, name: 'Ana' }]);
    execute(path, rule);
    const error = await refresh(path, [{ id: 2, name: 'Ana' }]).catch((error: unknown) => error as Error);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toMatch(/the table users/);
    expect((error as Error).message).not.toContain('\n');
    expect(query(path, 'SELECT name, _deleted_at FROM users')).toEqual([{ name: 'Ana', _deleted_at: null }]);
  });

  test('a trigger that fails is named in an incremental run too', async () => {
    const path = newPath();
    openSink(path).close();
    execute(path, 'CREATE TRIGGER lost AFTER INSERT ON leads BEGIN INSERT INTO nowhere VALUES (1); END');
    expect(() => openSink(path)).toThrow(/the table leads .*no such table: main\.nowhere \(trigger lost\)/);
    execute(
      path,
      "DROP TRIGGER lost; CREATE TRIGGER no BEFORE INSERT ON leads BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    const sink = openSink(path);
    await expect(sink.emit(records('leads', [{ id: 1 }]))).rejects.toThrow(
      /the table leads .*: no \(trigger no\)/,
    );
    await sink.emit(checkpoint('leads'));
    sink.close();
  });
});
