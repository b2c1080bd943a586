import process from 'node:process';
import SQLite from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createCustomFields } from '../../../src/simulator/custom-fields.ts';
import { customFields } from '../../../streams/settings/custom_fields.ts';
import {
  checkpoint,
  execute,
  fullyRead,
  newPath,
  openSink,
  query,
  recordsOf,
  streamNamed,
} from './workspace.ts';

type Row = Record<string, unknown>;
const names = ['leads', 'contacts', 'companies', 'pipelines', 'statuses', 'users'];

const fieldOf = (id: number, name: string | null, type = 'text', entity_type = 'leads') => ({
  id,
  name,
  type,
  entity_type,
  catalog_id: 0,
});

/** A run that reads the custom fields whole, and these leads. */
async function run(path: string, fields: Row[], leads: Row[] = []) {
  const sink = openSink(path, {
    streams: [
      ...names.map((name) => ({ stream: streamNamed(name), mode: 'incremental' as const })),
      { stream: customFields, mode: 'full_refresh' },
    ],
  });
  await sink.emit(recordsOf(streamNamed('leads'), leads));
  await sink.emit(checkpoint('leads'));
  await sink.emit(recordsOf(customFields, fields));
  for (const event of fullyRead('custom_fields')) await sink.emit(event);
  sink.close();
}

const filled = (field_id: number, ...values: unknown[]) => ({
  field_id,
  values: values.map((value) => ({ value })),
});

const columns = (path: string, view = 'leads_wide') =>
  query<{ name: string }>(path, `SELECT name FROM pragma_table_info('${view}')`).map(({ name }) => name);
const added = (path: string) => columns(path).slice(columns(path, 'leads_view').length);

describe('a wide view', () => {
  test('has the columns of the view, and one for each field of its entity in the order of ids', async () => {
    const path = newPath();
    await run(path, [fieldOf(9, 'Later'), fieldOf(5, 'First'), fieldOf(6, 'Phone', 'multitext', 'contacts')]);
    expect(columns(path)).toEqual([...columns(path, 'leads_view'), 'First', 'Later']);
    expect(columns(path, 'contacts_wide')).toEqual([...columns(path, 'contacts_view'), 'Phone']);
    expect(columns(path, 'companies_wide')).toEqual(columns(path, 'companies_view'));
  });

  test('makes labels unique and valid', async () => {
    const path = newPath();
    const labels = [
      'Name',
      'Budget',
      'BUDGET',
      '',
      null,
      ' a\n\tb\u200b ',
      'say "hi"',
      "it's",
      '2024',
      'select',
      'Бюджет',
      'бюджет',
    ];
    await run(
      path,
      labels.map((label, place) => fieldOf(100 + place, label)),
      [{ id: 1, custom_fields_values: labels.map((_, place) => filled(100 + place, `v${place}`)) }],
    );
    const expected = [
      ...[
        'Name (100)',
        'Budget',
        'BUDGET (102)',
        'field_103',
        'field_104',
        'a b',
        'say "hi"',
        "it's",
        '2024',
      ],
      ...['select', 'Бюджет', 'бюджет (111)'],
    ];
    expect(added(path)).toEqual(expected);
    const [row] = query(path, 'SELECT * FROM leads_wide');
    expect(expected.map((label) => row![label])).toEqual(labels.map((_, place) => `v${place}`));
  });

  test.each<[string, unknown[], unknown]>([
    ['text', ['Привет'], 'Привет'],
    ['text', [''], ''],
    ['select', ['A'], 'A'],
    ['checkbox', [true], 1],
    ['numeric', ['14012'], 14_012],
    ['price', ['999.12'], 999.12],
    ['numeric', [''], null],
    ['date', [1_700_000_000], '2023-11-14T22:13:20Z'],
    ['date', ['2020-05-08'], '2020-05-08'],
    ['multiselect', ['A', 'B'], 'A, B'],
    ['multitext', ['+1'], '+1'],
    ['legal_entity', [{ name: 'ООО' }], '[{"value":{"name":"ООО"}}]'],
    ['new_type', ['x', 'y'], '[{"value":"x"},{"value":"y"}]'],
  ])('shows %s %j as %j', async (type, values, expected) => {
    const path = newPath();
    await run(path, [fieldOf(7, 'F', type)], [{ id: 1, custom_fields_values: [filled(7, ...values)] }]);
    expect(query(path, 'SELECT F FROM leads_wide')).toEqual([{ F: expected }]);
  });

  test.each([
    null,
    [],
    'abc',
    '{"field_id":7}',
    '[1,null]',
    [{ field_id: 7, values: null }],
    [{ field_id: 7 }],
  ])('has a row for a lead with %j', async (custom_fields_values) => {
    const path = newPath();
    await run(path, [fieldOf(7, 'F'), fieldOf(8, 'G', 'multitext')], [{ id: 1, custom_fields_values }]);
    expect(query(path, 'SELECT lead_id, F, G FROM leads_wide')).toEqual([{ lead_id: 1, F: null, G: null }]);
  });

  test('shows the living with the names of leads_view', async () => {
    const path = newPath();
    await run(
      path,
      [fieldOf(7, 'F')],
      [{ id: 1, name: 'a', custom_fields_values: [filled(7, 'x')] }, { id: 2 }],
    );
    execute(
      path,
      'UPDATE leads SET _deleted_at = 1 WHERE id = 2; UPDATE leads SET status_id = 142 WHERE id = 1',
    );
    expect(query(path, 'SELECT lead_id, name, outcome, F FROM leads_wide')).toEqual([
      { lead_id: 1, name: 'a', outcome: 'won', F: 'x' },
    ]);
  });

  test('follows fields that are added, renamed and removed', async () => {
    const path = newPath();
    const values = [filled(7, 'x'), filled(8, 'y'), filled(9, 'z')];
    await run(path, [fieldOf(7, 'A'), fieldOf(8, 'B')], [{ id: 1, custom_fields_values: values }]);
    expect(query(path, 'SELECT A, B FROM leads_wide')).toEqual([{ A: 'x', B: 'y' }]);
    await run(path, [fieldOf(7, 'Renamed'), fieldOf(9, 'Added')]);
    expect(added(path)).toEqual(['Renamed', 'Added']);
    expect(query(path, 'SELECT Renamed, Added FROM leads_wide')).toEqual([{ Renamed: 'x', Added: 'z' }]);
  });

  test('of one lead reads one row', async () => {
    const path = newPath();
    await run(path, [fieldOf(7, 'F')]);
    const plan = query<{ detail: string }>(
      path,
      'EXPLAIN QUERY PLAN SELECT * FROM leads_wide WHERE lead_id = 5',
    );
    const details = plan.map(({ detail }) => detail).join('\n');
    expect(details).toMatch(/SEARCH lead USING INTEGER PRIMARY KEY/);
    expect(details).toMatch(/SEARCH held USING INTEGER PRIMARY KEY/);
  });

  test('of 20,000 leads with 60 fields takes two seconds of processor time at most', async () => {
    const path = newPath();
    const fields = createCustomFields(1, 'leads', 60);
    await run(
      path,
      fields.map(({ id, name, type }) => fieldOf(id, name, type)),
      Array.from({ length: 16 }, (_, place) => ({
        id: place + 1,
        custom_fields_values: fields.map((field) => field.value(place)),
      })),
    );
    execute(
      path,
      'WITH RECURSIVE series(value) AS (SELECT 17 UNION ALL SELECT value + 1 FROM series WHERE value < 20000) ' +
        'INSERT INTO leads (id, custom_fields_values) SELECT value, custom_fields_values ' +
        'FROM series JOIN leads AS pattern ON pattern.id = 1 + value % 16',
    );
    const database = new SQLite(path, { readonly: true });
    onTestFinished(() => void database.close());
    const before = process.cpuUsage();
    const seen = { rows: 0, filled: 0 };
    for (const row of database.prepare<[], unknown[]>('SELECT * FROM leads_wide').raw().iterate()) {
      seen.rows += 1;
      seen.filled += row.slice(-60).filter((value) => value !== null).length;
    }
    const { user, system } = process.cpuUsage(before);
    expect(seen.rows).toBe(20_000);
    expect(seen.filled).toBeGreaterThan(20_000 * 55);
    expect((user + system) / 1e6).toBeLessThan(2);
  });

  test.each([
    ['changed', "UPDATE leads SET custom_fields_values = '[]' WHERE id = 1", [{ id: 1, F: null }]],
    ['emptied', 'UPDATE leads SET custom_fields_values = NULL WHERE id = 1', [{ id: 1, F: null }]],
    [
      'replaced',
      'REPLACE INTO leads (id, custom_fields_values) ' +
        `VALUES (1, '[{"field_id":7,"values":[{"value":"y"}]}]')`,
      [{ id: 1, F: 'y' }],
    ],
    ['removed', 'DELETE FROM leads', []],
  ])('agrees with a row that others have %s', async (_, sql, expected) => {
    const path = newPath();
    await run(path, [fieldOf(7, 'F')], [{ id: 1, custom_fields_values: [filled(7, 'x')] }]);
    execute(path, sql);
    expect(query(path, 'SELECT lead_id AS id, F FROM leads_wide')).toEqual(expected);
    expect(query(path, 'SELECT id FROM _kommo_leads_fields').length).toBeLessThanOrEqual(expected.length);
  });

  test.each([
    'DROP TABLE _kommo_leads_fields',
    'DROP TRIGGER _kommo_leads_fields_insert; DELETE FROM _kommo_leads_fields',
  ])('is whole again with the next run after %j', async (sql) => {
    const path = newPath();
    const leads = [{ id: 1, custom_fields_values: [filled(7, 'x')] }];
    await run(path, [fieldOf(7, 'F')], leads);
    execute(path, sql);
    await run(path, [fieldOf(7, 'F')]);
    expect(query(path, 'SELECT F FROM leads_wide')).toEqual([{ F: 'x' }]);
  });

  test('has the values of leads that were there before the fields', async () => {
    const path = newPath();
    const sink = openSink(path);
    await sink.emit(
      recordsOf(streamNamed('leads'), [{ id: 1, custom_fields_values: [filled(7, 'x')] }, { id: 2 }]),
    );
    await sink.emit(checkpoint('leads'));
    sink.close();
    await run(path, [fieldOf(7, 'F')]);
    expect(query(path, 'SELECT F FROM leads_wide')).toEqual([{ F: 'x' }, { F: null }]);
  });

  test('shows what a full refresh brings over', async () => {
    const path = newPath();
    await run(path, [fieldOf(7, 'F')], [{ id: 1, custom_fields_values: [filled(7, 'x')] }]);
    const sink = openSink(path, { streams: [{ stream: streamNamed('leads'), mode: 'full_refresh' }] });
    const renewed = [{ id: 1, custom_fields_values: [filled(7, 'y')] }];
    await sink.emit(recordsOf(streamNamed('leads'), renewed));
    expect(query(path, 'SELECT F FROM leads_wide')).toEqual([{ F: 'x' }]);
    for (const event of fullyRead('leads')) await sink.emit(event);
    sink.close();
    expect(query(path, 'SELECT F FROM leads_wide')).toEqual([{ F: 'y' }]);
  });

  test('takes more fields than SQLite has columns for', async () => {
    const path = newPath();
    await run(
      path,
      Array.from({ length: 2_100 }, (_, place) => fieldOf(place + 1, `Field ${place}`)),
    );
    expect(added(path)).toHaveLength(1_900);
    expect(query(path, 'SELECT * FROM leads_wide')).toEqual([]);
  });
});
