import { describe, expect, test } from 'vitest';
import { streams } from '../../../streams/index.ts';
import {
  checkpoint,
  execute,
  fullyRead,
  newPath,
  openSink,
  query,
  records,
  refreshing,
  streamNamed,
} from './workspace.ts';

type Rows = Record<string, Record<string, unknown>[]>;
const at = 1_700_000_000;

/** Reads these rows in full, as all that Kommo has. */
async function readAll(
  path: string,
  rows: Rows,
  more: {
    uncovered?: Record<string, string | number>[];
    startDate?: number;
    log?: (...said: string[]) => void;
  } = {},
) {
  const { uncovered, ...options } = more;
  const sink = openSink(path, { streams: refreshing(...Object.keys(rows)), ...options });
  for (const [stream, of] of Object.entries(rows)) {
    await sink.emit(records(stream, of));
    for (const event of fullyRead(stream, uncovered && { uncovered })) await sink.emit(event);
  }
  const counts = Object.keys(rows).map((stream) => sink.count(stream));
  sink.close();
  return counts;
}

const marked = (path: string, table: string) =>
  query<{ id: number }>(path, `SELECT id FROM ${table} WHERE _deleted_at = ${at} ORDER BY id`).map(
    ({ id }) => id,
  );

describe('what a full read no longer finds', () => {
  test('is marked, keeps its values, and is alive again when it comes again', async () => {
    const path = newPath();
    const user = (id: number) => ({ id, name: `User ${id}` });
    await readAll(path, { users: [user(1), user(2), user(3)] });
    expect(await readAll(path, { users: [user(1)] })).toEqual([{ rows: 1, changed: 0, deleted: 2 }]);
    expect(query(path, 'SELECT id, name, _deleted_at FROM users')).toEqual([
      { id: 1, name: 'User 1', _deleted_at: null },
      { id: 2, name: 'User 2', _deleted_at: at },
      { id: 3, name: 'User 3', _deleted_at: at },
    ]);
    expect(await readAll(path, { users: [user(1), user(2)] })).toEqual([{ rows: 2, changed: 1, deleted: 0 }]);
    expect(marked(path, 'users')).toEqual([3]);
  });

  test('is alive again when an incremental run brings it, unchanged or with an earlier time', async () => {
    const path = newPath();
    await readAll(path, {
      leads: [
        { id: 1, name: 'a', updated_at: 5 },
        { id: 2, name: 'b', updated_at: 5 },
      ],
    });
    await readAll(path, { leads: [] });
    expect(marked(path, 'leads')).toEqual([1, 2]);
    const sink = openSink(path);
    await sink.emit(
      records('leads', [
        { id: 1, name: 'a', updated_at: 5 },
        { id: 2, name: 'was', updated_at: 4 },
      ]),
    );
    await sink.emit(checkpoint('leads'));
    expect(sink.count('leads')).toEqual({ rows: 2, changed: 2, deleted: 0 });
    sink.close();
    expect(query(path, 'SELECT name FROM leads')).toEqual([{ name: 'a' }, { name: 'was' }]);
  });

  test('is marked with the time at which it was first missed', async () => {
    const path = newPath();
    await readAll(path, { users: [{ id: 1 }] });
    await readAll(path, { users: [] });
    execute(path, 'UPDATE users SET _deleted_at = 5');
    expect(await readAll(path, { users: [] })).toEqual([{ rows: 0, changed: 0, deleted: 0 }]);
    expect(query(path, 'SELECT _deleted_at FROM users')).toEqual([{ _deleted_at: 5 }]);
  });

  test('stays where the read could not have found it: before the start_date, in parts that were refused', async () => {
    const path = newPath();
    const tasks = [
      { id: 1, entity_type: 'leads', updated_at: 100 },
      { id: 2, entity_type: 'contacts', updated_at: 100 },
      { id: 3, entity_type: null, updated_at: 100 },
      { id: 4, entity_type: 'leads', updated_at: 50 },
      { id: 5, entity_type: 'leads', updated_at: null },
    ];
    await readAll(path, { tasks });
    await readAll(path, { tasks: [] }, { startDate: 60, uncovered: [{ entity_type: 'contacts' }] });
    expect(marked(path, 'tasks')).toEqual([1, 3]);
    await readAll(path, { tasks: [] }, { uncovered: [{ entity_type: 'contacts' }, { entity_type: 'x' }] });
    expect(marked(path, 'tasks')).toEqual([1, 3, 4, 5]);
  });

  test.each([
    ['fails', { error: new Error('refused') }, 1],
    ['was stopped before its end', {}, 0],
  ] as const)('stays when the read %s', async (_case, end, finished) => {
    const path = newPath();
    await readAll(path, { users: [{ id: 1 }] });
    const sink = openSink(path, { streams: [{ stream: streamNamed('users'), mode: 'full_refresh' }] });
    await sink.emit(checkpoint('users', { mode: 'full_refresh', finished, until: at }));
    await sink.emit({ type: 'finished', stream: 'users', records: 0, requests: 1, ...end });
    sink.close();
    expect(marked(path, 'users')).toEqual([]);
  });

  test('stays unmarked in a log: events are what happened', async () => {
    const path = newPath();
    await readAll(path, { events: [{ id: '01h' }, { id: '02h' }] });
    expect(await readAll(path, { events: [{ id: '03h' }] })).toEqual([{ rows: 3, changed: 1, deleted: 0 }]);
    expect(query(path, "SELECT name FROM pragma_table_info('events')")).not.toContainEqual({
      name: '_deleted_at',
    });
  });

  test('is told when it is more than a tenth of the table', async () => {
    const path = newPath();
    const users = Array.from({ length: 21 }, (_, id) => ({ id }));
    const said: string[] = [];
    const log = (level: string, message: string) => void said.push(`${level} ${message}`);
    await readAll(path, { users }, { log });
    await readAll(path, { users: users.slice(2) }, { log });
    expect(said).toEqual([]);
    await readAll(path, { users: users.slice(4) }, { log });
    expect(said).toEqual([expect.stringMatching(/^warn users: 2 of 19 rows are no longer in Kommo/)]);
  });

  test('is removed by prune alone', async () => {
    const path = newPath();
    await readAll(path, { users: [{ id: 1 }, { id: 2 }], events: [{ id: '01h' }] });
    await readAll(path, { users: [{ id: 2 }], events: [] });
    const sink = openSink(path, {
      streams: [
        { stream: streamNamed('users'), mode: 'full_refresh' },
        { stream: streamNamed('events'), mode: 'incremental' },
      ],
    });
    expect([sink.prune('users'), sink.prune('events'), sink.prune('users')]).toEqual([1, 0, 0]);
    sink.close();
    expect(query(path, 'SELECT id FROM users')).toEqual([{ id: 2 }]);
    expect(query(path, 'SELECT id FROM events')).toHaveLength(1);
  });

  test('keeps its name for those who refer to it, and leaves the views of what is now', async () => {
    const path = newPath();
    const everything = Object.fromEntries(streams.map(({ name }) => [name, [] as Record<string, unknown>[]]));
    const lead = { pipeline_id: 7, status_id: 9, responsible_user_id: 1, updated_at: 5 };
    const task = { is_completed: false, responsible_user_id: 1, updated_at: 5 };
    const settings = {
      users: [{ id: 1, name: 'Olga' }],
      pipelines: [{ id: 7, name: 'Sales' }],
      statuses: [{ id: 9, pipeline_id: 7, name: 'Talks' }],
    };
    const both = {
      leads: [
        { ...lead, id: 1 },
        { ...lead, id: 2, _embedded: { tags: [{ id: 1, name: 'vip' }] } },
      ],
      tasks: [
        { ...task, id: 1 },
        { ...task, id: 2 },
      ],
    };
    await readAll(path, { ...everything, ...settings, ...both });
    await readAll(path, { ...everything, leads: both.leads.slice(0, 1), tasks: both.tasks.slice(0, 1) });
    expect(query(path, 'SELECT lead_id, pipeline, status, responsible_user FROM leads_view')).toEqual([
      { lead_id: 1, pipeline: 'Sales', status: 'Talks', responsible_user: 'Olga' },
    ]);
    expect(query(path, 'SELECT task_id, responsible_user FROM open_tasks')).toEqual([
      { task_id: 1, responsible_user: 'Olga' },
    ]);
    expect(query(path, 'SELECT * FROM lead_tags')).toEqual([]);
  });
});
