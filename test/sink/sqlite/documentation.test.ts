import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { documentedViews, generateSqliteTables } from '../../../scripts/generate-sqlite-tables.ts';
import { tableColumns } from '../../../src/sink/sqlite/marks.ts';
import { entriesOf } from '../../../src/sink/sqlite/views/view.ts';
import { streams } from '../../../streams/index.ts';
import { checkpoint, execute, newPath, openSink, query, records } from './workspace.ts';

const views = documentedViews();

const page = readFileSync(new URL('../../../docs/sqlite.md', import.meta.url), 'utf8');

test('the lists of tables and views are current (else: npm run generate)', () => {
  const [generated] = generateSqliteTables();
  expect(page).toBe(generated!.text);
  for (const { name } of [...streams, ...views])
    expect(page).toMatch(new RegExp(`### ${name}\\n|\\| \`${name}\` \\|`));
});

test('the documented columns are those of the file', () => {
  const path = newPath();
  openSink(path, { streams: streams.map((stream) => ({ stream, mode: 'incremental' })) }).close();
  const columns = (name: string) =>
    query<{ name: string; type: string }>(path, `SELECT name, type FROM pragma_table_info('${name}')`);
  for (const stream of streams) {
    const expected = [...tableColumns(stream)].map(([name, type]) => ({ name, type }));
    expect(columns(stream.name)).toEqual(expected);
  }
  for (const view of views)
    expect(columns(view.name).map(({ name }) => name)).toEqual(entriesOf(view.columns).map(([name]) => name));
});

test('the questions to start with have answers', async () => {
  const path = newPath();
  const sink = openSink(path, { streams: streams.map((stream) => ({ stream, mode: 'incremental' })) });
  const move = (id: string, created_at: number, from: number, to: number) => ({
    id,
    type: 'lead_status_changed',
    entity_id: 1,
    entity_type: 'lead',
    created_at,
    value_before: [{ lead_status: { id: from, pipeline_id: 7 } }],
    value_after: [{ lead_status: { id: to, pipeline_id: 7 } }],
  });
  const number = { field_id: 2, field_name: 'Area', field_type: 'numeric', values: [{ value: '501' }] };
  const field = (field_code: string) => ({ field_id: 1, field_code, values: [{ value: '+1' }] });
  const lead = { id: 1, name: 'Deal', status_id: 142, pipeline_id: 7, closed_at: 1_700_000_000, price: 5 };
  await sink.emit(
    records('leads', [
      {
        ...lead,
        custom_fields_values: [field('X'), number],
        created_at: 1_699_827_200,
        _embedded: { contacts: [{ id: 10, is_main: true }] },
      },
      { id: 2, name: 'Open', status_id: 50 },
    ]),
  );
  await sink.emit(records('contacts', [{ id: 10, name: 'Ana', custom_fields_values: [field('PHONE')] }]));
  await sink.emit(records('pipelines', [{ id: 7, name: 'Sales' }]));
  await sink.emit(records('tasks', [{ id: 1, is_completed: false, complete_till: 1_600_000_000 }]));
  await sink.emit(records('events', [move('01h', 1_700_000_000, 1, 2), move('02h', 1_700_086_400, 2, 142)]));
  await sink.emit(checkpoint('leads'));
  sink.close();
  execute(path, 'INSERT INTO users (id, _deleted_at) VALUES (9, 1700000000)');
  const questions = [...page.matchAll(/```sql\n(SELECT[\s\S]*?)```/g)].map(([, sql]) => sql!);
  expect(questions.length).toBeGreaterThan(3);
  const answers = questions.map((sql) => query(path, sql));
  expect(answers.filter((rows) => rows.length === 0)).toEqual([]);
  expect(answers.flat()).toEqual(
    expect.arrayContaining([
      { pipeline: 'Sales', month: '2023-11', leads: 1, price: 5 },
      { lead_id: 1, field_name: 'Area', value_number: 501 },
      { lead_id: 2, name: 'Open', responsible_user: null },
      expect.objectContaining({ stream: 'users', id: '9', deleted_by_name: null }),
      { id: 1, name: 'Deal', contact: 'Ana', phones: '+1' },
      expect.objectContaining({ moves: 1, days: 2 }),
      expect.objectContaining({ moves: 1, days: 1 }),
    ]),
  );
});

test('nothing in the file needs a recent SQLite', () => {
  const path = newPath();
  openSink(path, { streams: streams.map((stream) => ({ stream, mode: 'incremental' })) }).close();
  const definitions = query<{ sql: string }>(path, 'SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL');
  expect(definitions.length).toBeGreaterThan(20);
  for (const { sql } of definitions) expect(sql).not.toMatch(/\bSTRICT\b|->|\bunixepoch\(|\bIS DISTINCT\b/);
});
