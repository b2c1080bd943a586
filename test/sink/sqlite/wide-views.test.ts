import { describe, expect, test } from 'vitest';
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

  test('reads the JSON of a row once, whatever the number of fields, and of one row for one lead', async () => {
    const path = newPath();
    await run(
      path,
      Array.from({ length: 60 }, (_, place) => fieldOf(place + 1, `Field ${place}`, 'numeric')),
    );
    const plan = (sql: string) =>
      query<{ detail: string }>(path, `EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => detail);
    expect(plan('SELECT * FROM leads_wide').filter((detail) => detail.includes('SCAN field'))).toHaveLength(
      1,
    );
    expect(plan('SELECT * FROM leads_wide WHERE lead_id = 5').join('\n')).toMatch(
      /SEARCH lead USING INTEGER PRIMARY KEY/,
    );
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
