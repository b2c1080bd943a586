import { describe, expect, test } from 'vitest';
import { ConfigError, TransientError } from '../../../src/errors.ts';
import type { Stream } from '../../../src/stream/declaration.ts';
import { incomingLeadsSummary } from '../../../streams/sales/incoming_leads_summary.ts';
import {
  checkpoint,
  execute,
  incremental,
  newPath,
  noon,
  openSink,
  query,
  records,
  recordsOf,
  refreshed,
  refreshing,
  streamNamed,
} from './workspace.ts';

describe('rows', () => {
  test('have typed columns in the order of the schema', async () => {
    const path = newPath();
    const sink = openSink(path, { streams: incremental('leads', 'events', 'statuses') });
    await sink.emit(records('leads', [{ id: 7, name: 'Сделка', is_deleted: true, price: '12' }]));
    await sink.emit(checkpoint('leads'));
    sink.close();
    const columns = query<{ name: string; type: string }>(path, 'PRAGMA table_info(leads)');
    const sent = Object.keys(streamNamed('leads').schema.properties);
    expect(columns.map(({ name }) => name)).toEqual([...sent, '_deleted_at', '_merged_into']);
    expect(columns.find(({ name }) => name === 'tags')).toMatchObject({ type: 'TEXT', pk: 0 });
    expect(query(path, 'SELECT id, name, price, is_deleted, is_price_computed FROM leads')).toEqual([
      { id: 7, name: 'Сделка', price: 12, is_deleted: 1, is_price_computed: null },
    ]);
    expect(query(path, 'SELECT typeof(id) AS id, typeof(price) AS price FROM leads')).toEqual([
      { id: 'integer', price: 'integer' },
    ]);
    const keys = query<{ name: string }>(
      path,
      "SELECT name FROM pragma_table_info('statuses') WHERE pk > 0 ORDER BY pk",
    );
    expect(keys.map(({ name }) => name)).toEqual(['pipeline_id', 'id']);
  });

  test('are upserted by key, and only new and changed ones are counted', async () => {
    const path = newPath();
    const sink = openSink(path, { streams: incremental('leads', 'statuses') });
    await sink.emit(
      records('leads', [
        { id: 1, name: 'a' },
        { id: 2, name: 'b' },
      ]),
    );
    await sink.emit(
      records('leads', [
        { id: 1, name: 'A' },
        { id: 2, name: 'b' },
      ]),
    );
    await sink.emit(
      records('statuses', [
        { id: 142, pipeline_id: 1 },
        { id: 142, pipeline_id: 2 },
      ]),
    );
    await sink.emit(checkpoint('leads'));
    expect(sink.count('leads')).toEqual({ rows: 2, changed: 3, deleted: 0 });
    expect(sink.count('statuses')).toEqual({ rows: 2, changed: 2, deleted: 0 });
    sink.close();
    expect(query(path, 'SELECT id, name FROM leads')).toEqual([
      { id: 1, name: 'A' },
      { id: 2, name: 'b' },
    ]);
  });

  test('are never replaced by an older version of themselves', async () => {
    const path = newPath();
    const sink = openSink(path);
    await sink.emit(records('leads', [{ id: 1, name: 'new', updated_at: 20 }]));
    await sink.emit(records('leads', [{ id: 1, name: 'old', updated_at: 10 }]));
    await sink.emit(
      records('leads', [
        { id: 2, name: 'first', updated_at: 20 },
        { id: 2, name: 'second', updated_at: 20 },
      ]),
    );
    await sink.emit(
      records('leads', [
        { id: 3, name: 'undated' },
        { id: 3, name: 'dated', updated_at: 1 },
      ]),
    );
    await sink.emit(checkpoint('leads'));
    sink.close();
    expect(query(path, 'SELECT name FROM leads').map(({ name }) => name)).toEqual(['new', 'second', 'dated']);
  });

  test('of a stream get the columns that its schema has gained', async () => {
    const path = newPath();
    const leads = streamNamed('leads');
    const { score: _, ...properties } = leads.schema.properties;
    const earlier: Stream = { ...leads, schema: { ...leads.schema, properties } };
    const first = openSink(path, { streams: [{ stream: earlier, mode: 'incremental' }] });
    await first.emit(records('leads', [{ id: 1, name: 'a', score: 5 }]));
    await first.emit(checkpoint('leads', { through: 9 }));
    first.close();
    const said: string[] = [];
    const second = openSink(path, { log: (_level, message) => said.push(message) });
    expect(second.state('leads')).toMatchObject({ through: 9 });
    await second.emit(records('leads', [{ id: 2, score: 6 }]));
    await second.emit(checkpoint('leads'));
    second.close();
    expect(query(path, 'SELECT id, name, score FROM leads')).toEqual([
      { id: 1, name: 'a', score: null },
      { id: 2, name: null, score: 6 },
    ]);
    expect(said).toEqual([expect.stringMatching(/leads: new columns score/)]);
  });
});

describe('rows and state', () => {
  test('are committed together, and what no checkpoint covers is taken back', async () => {
    const path = newPath();
    const sink = openSink(path);
    await sink.emit(records('leads', [{ id: 1 }]));
    expect(query(path, 'SELECT id FROM leads')).toEqual([]);
    await sink.emit(checkpoint('leads', { through: 5 }));
    await sink.emit(records('leads', [{ id: 2 }]));
    sink.close();
    expect(query(path, 'SELECT id FROM leads')).toEqual([{ id: 1 }]);
    const again = openSink(path);
    expect(again.state('leads')).toMatchObject({ through: 5 });
    again.close();
  });

  test('a checkpoint of one stream leaves the state of the others where it was', async () => {
    const path = newPath();
    const sink = openSink(path, { streams: incremental('leads', 'tasks') });
    await sink.emit(records('leads', [{ id: 1 }]));
    await sink.emit(records('tasks', [{ id: 2 }]));
    await sink.emit(checkpoint('leads', { through: 5 }));
    sink.close();
    const again = openSink(path, { streams: incremental('leads', 'tasks') });
    expect(again.state('leads')).toMatchObject({ through: 5 });
    expect(again.state('tasks')).toBeUndefined();
    again.close();
  });

  test('an unreadable state restarts its stream and leaves the others alone', async () => {
    const path = newPath();
    const sink = openSink(path, { streams: incremental('leads', 'tasks') });
    await sink.emit(checkpoint('leads', { through: 5 }));
    await sink.emit(checkpoint('tasks', { through: 6 }));
    sink.close();
    execute(path, `UPDATE _kommo_state SET state = '{"version":9' WHERE stream = 'leads'`);
    const said: string[] = [];
    const again = openSink(path, {
      streams: incremental('leads', 'tasks'),
      log: (level) => said.push(level),
    });
    expect(again.state('leads')).toBeUndefined();
    expect(again.state('tasks')).toMatchObject({ through: 6 });
    expect(said).toEqual(['warn']);
    again.close();
  });

  test('a table that somebody dropped is read anew', async () => {
    const path = newPath();
    const sink = openSink(path);
    await sink.emit(checkpoint('leads', { through: 5 }));
    sink.close();
    execute(path, 'DROP TABLE leads');
    const again = openSink(path);
    expect(again.state('leads')).toBeUndefined();
    again.close();
  });
});

describe('a full refresh', () => {
  async function filled() {
    const path = newPath();
    const sink = openSink(path);
    await sink.emit(
      records('leads', [
        { id: 1, name: 'stays', updated_at: 5 },
        { id: 2, name: 'goes' },
        { id: 3, name: 'old', updated_at: 9 },
      ]),
    );
    await sink.emit(checkpoint('leads', { through: 50, finished: 1 }));
    sink.close();
    return path;
  }
  const names = (path: string) =>
    query(path, 'SELECT name FROM leads WHERE _deleted_at IS NULL ORDER BY id').map(({ name }) => name);

  test('shows readers the old rows until all new ones are there', async () => {
    const path = await filled();
    const sink = openSink(path, { streams: refreshing('leads') });
    await sink.emit(records('leads', [{ id: 1, name: 'stays', updated_at: 5 }]));
    await sink.emit(checkpoint('leads', { mode: 'full_refresh' }));
    expect(names(path)).toEqual(['stays', 'goes', 'old']);
    // The account's word counts, an earlier time of change included: an import may have set it back.
    await sink.emit(
      records('leads', [
        { id: 3, name: 'set back', updated_at: 8 },
        { id: 4, name: 'new' },
      ]),
    );
    expect(names(path)).toEqual(['stays', 'goes', 'old']);
    await refreshed(sink, 'leads');
    expect(names(path)).toEqual(['stays', 'set back', 'new']);
    expect(sink.count('leads')).toEqual({ rows: 3, changed: 2, deleted: 1 });
    sink.close();
    expect(query(path, "SELECT name FROM sqlite_schema WHERE name LIKE '%refresh_leads%'")).toEqual([]);
  });

  test('that fails leaves rows and state as they were', async () => {
    const path = await filled();
    const sink = openSink(path, { streams: refreshing('leads') });
    await sink.emit(records('leads', [{ id: 9, name: 'half' }]));
    await sink.emit(checkpoint('leads', { mode: 'full_refresh' }));
    await sink.emit({ type: 'finished', stream: 'leads', records: 1, requests: 1, error: new Error('gone') });
    sink.close();
    expect(names(path)).toEqual(['stays', 'goes', 'old']);
    const again = openSink(path);
    expect(again.state('leads')).toMatchObject({ mode: 'incremental', through: 50 });
    again.close();
  });

  const now = noon.now() / 1000;
  /** A refresh that has loaded leads 7 and 8 and was killed then; it began at the second `until`. */
  async function cutOff({ until = now - 60 } = {}): Promise<string> {
    const path = await filled();
    const sink = openSink(path, { streams: refreshing('leads') });
    expect(sink.state('leads')).toBeUndefined();
    await sink.emit(
      records('leads', [
        { id: 7, name: 'deleted since', updated_at: 5 },
        { id: 8, name: 'before', updated_at: 5 },
      ]),
    );
    await sink.emit(checkpoint('leads', { mode: 'full_refresh', through: 7, until }));
    await sink.emit(records('leads', [{ id: 9, name: 'uncovered' }]));
    sink.close();
    return path;
  }
  const stillThere = { ...records('leads', [{ id: 8 }]), type: 'present' } as const;

  test('goes on where it was killed, and keeps of what was loaded then what is still there', async () => {
    const path = await cutOff();
    const again = openSink(path, { streams: refreshing('leads') });
    expect(again.state('leads')).toMatchObject({ mode: 'full_refresh', through: 7 });
    await again.emit(records('leads', [{ id: 10, name: 'after' }]));
    await again.emit(stillThere);
    await refreshed(again, 'leads');
    again.close();
    expect(names(path)).toEqual(['before', 'after']);
  });

  test('marks nothing that is there again, though it was not when its place was read', async () => {
    const path = await cutOff();
    const again = openSink(path, { streams: refreshing('leads') });
    await again.emit({ ...records('leads', [{ id: 2 }, { id: 8 }]), type: 'present' } as const);
    await refreshed(again, 'leads');
    again.close();
    expect(names(path)).toEqual(['goes', 'before']);
  });

  test('takes the mark off a row that is there again', async () => {
    const path = await cutOff();
    execute(path, 'UPDATE leads SET _deleted_at = 7 WHERE id = 2');
    const again = openSink(path, { streams: refreshing('leads') });
    await again.emit({ ...records('leads', [{ id: 2 }, { id: 8 }]), type: 'present' } as const);
    await refreshed(again, 'leads');
    again.close();
    expect(names(path)).toEqual(['goes', 'before']);
  });

  test('that was killed again has to see once more what was there then', async () => {
    const path = await cutOff();
    const killed = openSink(path, { streams: refreshing('leads') });
    await killed.emit(records('leads', [{ id: 10, name: 'after' }]));
    await killed.emit(stillThere);
    await killed.emit(checkpoint('leads', { mode: 'full_refresh', through: 9, until: now - 60 }));
    killed.close();
    const again = openSink(path, { streams: refreshing('leads') });
    expect(again.state('leads')).toMatchObject({ mode: 'full_refresh', through: 9 });
    await again.emit(stillThere);
    await refreshed(again, 'leads');
    again.close();
    expect(names(path)).toEqual(['before']);
  });

  test('goes on after an incremental run in between, and keeps what that one has brought', async () => {
    const path = await cutOff();
    const between = openSink(path);
    await between.emit(records('leads', [{ id: 8, name: 'linked since', updated_at: 5 }]));
    await between.emit(checkpoint('leads'));
    between.close();
    const again = openSink(path, { streams: refreshing('leads') });
    expect(again.state('leads')).toMatchObject({ mode: 'full_refresh', through: 7 });
    await again.emit(stillThere);
    await refreshed(again, 'leads');
    again.close();
    expect(names(path)).toEqual(['linked since']);
  });

  test('begins anew when it was begun more than a day ago', async () => {
    const path = await cutOff({ until: now - 86_401 });
    const again = openSink(path, { streams: refreshing('leads') });
    expect(again.state('leads')).toBeUndefined();
    await refreshed(again, 'leads');
    again.close();
    expect(names(path)).toEqual([]);
  });

  test('keeps the indexes that others made, and works with composite and text keys', async () => {
    const path = newPath();
    const streams = refreshing('statuses', 'events');
    const first = openSink(path, { streams });
    await first.emit(
      records('statuses', [
        { id: 142, pipeline_id: 1, name: 'Won' },
        { id: 142, pipeline_id: 2, name: 'Won' },
      ]),
    );
    await first.emit(records('events', [{ id: '01h' }, { id: '02h' }]));
    await refreshed(first, 'statuses', 'events');
    first.close();
    execute(path, 'CREATE INDEX by_name ON statuses (name)');
    const second = openSink(path, { streams });
    await second.emit(records('statuses', [{ id: 142, pipeline_id: 2, name: 'Gewonnen' }]));
    await second.emit(records('events', [{ id: '02h' }, { id: '03h' }]));
    await refreshed(second, 'statuses', 'events');
    expect(second.count('statuses')).toEqual({ rows: 1, changed: 1, deleted: 1 });
    expect(second.count('events')).toEqual({ rows: 3, changed: 1, deleted: 0 });
    second.close();
    expect(query(path, "SELECT name FROM statuses WHERE name = 'Gewonnen'")).toHaveLength(1);
    expect(query(path, "SELECT 1 FROM sqlite_schema WHERE name = 'by_name'")).toHaveLength(1);
  });
});

test('a stream without a key has one row', async () => {
  const path = newPath();
  const summary = incomingLeadsSummary;
  const read = async (total: number) => {
    const sink = openSink(path, { streams: [{ stream: summary, mode: 'full_refresh' }] });
    await sink.emit(recordsOf(summary, [{ total, accepted: 1 }]));
    await refreshed(sink, summary.name);
    const counts = sink.count(summary.name);
    sink.close();
    return counts;
  };
  expect(await read(5)).toEqual({ rows: 1, changed: 1, deleted: 0 });
  expect(await read(5)).toEqual({ rows: 1, changed: 0, deleted: 0 });
  expect(await read(7)).toEqual({ rows: 1, changed: 1, deleted: 0 });
  expect(query(path, 'SELECT total, _deleted_at FROM incoming_leads_summary')).toEqual([
    { total: 7, _deleted_at: null },
  ]);
});

describe('a file', () => {
  test('of another account is refused', () => {
    const path = newPath();
    openSink(path).close();
    const open = () => openSink(path, { account: { id: 2, name: 'Other' } });
    expect(open).toThrow(ConfigError);
    expect(open).toThrow(/holds account 1 \(Acme\), the settings are for account 2 \(Other\)/);
  });

  test('that a later run has claimed is left to it', async () => {
    const path = newPath();
    const first = openSink(path);
    const second = openSink(path);
    await expect(first.emit(records('leads', [{ id: 1 }]))).rejects.toThrow(TransientError);
    await second.emit(records('leads', [{ id: 2 }]));
    await second.emit(checkpoint('leads'));
    first.close();
    second.close();
    expect(query(path, 'SELECT id FROM leads')).toEqual([{ id: 2 }]);
  });

  test('is not touched by a run that changes nothing in its schema', () => {
    const path = newPath();
    openSink(path).close();
    const [before] = query(path, 'PRAGMA schema_version');
    openSink(path).close();
    expect(query(path, 'PRAGMA schema_version')).toEqual([before]);
  });
});
