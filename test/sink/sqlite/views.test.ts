import { describe, expect, test } from 'vitest';
import { views } from '../../../src/sink/sqlite/views.ts';
import { streams } from '../../../streams/index.ts';
import { checkpoint, execute, newPath, openSink, query, records, streamNamed } from './workspace.ts';

const everything = streams.map((stream) => ({ stream, mode: 'incremental' as const }));

async function fileWith(rows: Record<string, Record<string, unknown>[]>): Promise<string> {
  const path = newPath();
  const sink = openSink(path, { streams: everything });
  for (const [stream, of] of Object.entries(rows)) await sink.emit(records(stream, of));
  await sink.emit(checkpoint('leads'));
  sink.close();
  return path;
}

const field = (field_id: number, field_type: string, values: unknown, more: object = {}) => ({
  field_id,
  field_name: `Field ${field_id}`,
  field_code: null,
  field_type,
  values,
  ...more,
});

describe('custom fields', () => {
  // kommo-api.md §17: the type, what Kommo sends, what the view shows.
  const legalEntity = { name: 'ООО', entity_type: 1, vat_id: '7700' };
  test.each<[string, unknown[], Record<string, unknown>[]]>([
    ['text', [{ value: 'Привет' }], [{ value: 'Привет' }]],
    ['textarea', [{ value: 'a\nb' }], [{ value: 'a\nb' }]],
    ['numeric', [{ value: '14012' }], [{ value: '14012' }]],
    ['price', [{ value: '999.12' }], [{ value: '999.12' }]],
    ['monetary', [{ value: '5' }], [{ value: '5' }]],
    ['url', [{ value: 'https://example.com' }], [{ value: 'https://example.com' }]],
    ['streetaddress', [{ value: 'Main St 1' }], [{ value: 'Main St 1' }]],
    ['tracking_data', [{ value: 'google' }], [{ value: 'google' }]],
    ['org_legal_name', [{ value: 'Acme' }], [{ value: 'Acme' }]],
    ['checkbox', [{ value: true }], [{ value: 1 }]],
    ['checkbox', [{ value: false }], [{ value: 0 }]],
    ['date', [{ value: 1588885200 }], [{ value: 1588885200 }]],
    ['date', [{ value: '2020-05-08' }], [{ value: '2020-05-08' }]],
    ['date_time', [{ value: 1588885200 }], [{ value: 1588885200 }]],
    ['birthday', [{ value: -62169984000 }], [{ value: -62169984000 }]],
    ['select', [{ value: 'A', enum_id: 5, enum_code: null }], [{ value: 'A', enum_id: 5, enum_code: null }]],
    ['radiobutton', [{ value: 'A', enum_id: 5 }], [{ value: 'A', enum_id: 5 }]],
    ['category', [{ value: 'A', enum_id: 5 }], [{ value: 'A', enum_id: 5 }]],
    [
      'multiselect',
      [
        { value: 'A', enum_id: 5 },
        { value: 'B', enum_id: 6 },
      ],
      [
        { value: 'A', enum_id: 5, position: 0 },
        { value: 'B', enum_id: 6, position: 1 },
      ],
    ],
    [
      'multitext',
      [
        { value: '+1', enum_id: 9, enum_code: 'WORK' },
        { value: '+2', enum_id: 8, enum: 'MOB' },
      ],
      [
        { value: '+1', enum_code: 'WORK' },
        { value: '+2', enum_code: 'MOB' },
      ],
    ],
    [
      'smart_address',
      [{ value: 'Berlin', enum_id: 3, enum_code: 'city' }],
      [{ value: 'Berlin', enum_id: 3, enum_code: 'city' }],
    ],
    ['legal_entity', [{ value: legalEntity }], [{ value: JSON.stringify(legalEntity) }]],
    ['items', [{ value: { sku: 'x', quantity: 5 } }], [{ value: '{"sku":"x","quantity":5}' }]],
    ['linked_entity', [{ value: { entity_id: 3 } }], [{ value: '{"entity_id":3}' }]],
    ['file', [{ value: { file_uuid: 'u' } }], [{ value: '{"file_uuid":"u"}' }]],
    ['payer', [{ value: { name: 'P' } }], [{ value: '{"name":"P"}' }]],
    ['supplier', [{ value: ['a'] }], [{ value: '["a"]' }]],
    [
      'chained_list',
      [
        { catalog_id: 1, catalog_element_id: 2 },
        { catalog_id: 1, catalog_element_id: 3 },
      ],
      [
        { value: null, catalog_id: 1, catalog_element_id: 2 },
        { value: null, catalog_id: 1, catalog_element_id: 3 },
      ],
    ],
  ])('%s', async (type, values, expected) => {
    const row = { id: 1, custom_fields_values: [field(7, type, values)] };
    const path = await fileWith({ leads: [row], contacts: [row], companies: [row] });
    for (const one of ['lead', 'contact', 'company']) {
      const rows = query(path, `SELECT * FROM ${one}_custom_fields ORDER BY position`);
      const common = {
        [`${one}_id`]: 1,
        field_id: 7,
        field_name: 'Field 7',
        field_code: null,
        field_type: type,
      };
      expect(rows).toEqual(expected.map((row) => expect.objectContaining({ ...common, ...row })));
      expect(rows).toHaveLength(expected.length);
    }
  });

  const odd: [string, unknown][] = [
    ['null', null],
    ['an empty list', []],
    ['text that is not JSON', 'abc'],
    ['a JSON text', '"abc"'],
    ['a number', '5'],
    ['an object', '{"0":{"field_id":3,"values":[{"value":"kept"}]}}'],
    ['elements that are no objects', '["abc",null,5,[1]]'],
    ['values that are null', [field(1, 'text', null)]],
    ['values that are missing', [field(1, 'text', undefined)]],
    ['values that are text', [field(1, 'text', 'abc')]],
    ['values that hold no objects', [field(1, 'text', ['abc', null, 5])]],
    ['values that are an object', [field(1, 'text', { 0: { value: 'kept' } })]],
    ['cut JSON', '[{"field_id":1,'],
  ];
  test.each(odd)('%s breaks no query', async (_name, custom_fields_values) => {
    const good = { id: 2, custom_fields_values: [field(1, 'text', [{ value: 'good' }])] };
    const path = await fileWith({
      leads: [{ id: 1, custom_fields_values, tags: custom_fields_values }, good],
    });
    const expected = JSON.stringify(custom_fields_values ?? null).includes('kept')
      ? ['kept', 'good']
      : ['good'];
    const select = (where: string) =>
      query(path, `SELECT value FROM lead_custom_fields ${where} ORDER BY lead_id`).map(({ value }) => value);
    expect(select('')).toEqual(expected);
    // Conditions are tried in an order of SQLite's choice.
    expect(select("WHERE field_id > 0 AND value > '' AND coalesce(enum_id, 0) = 0")).toEqual(expected);
    for (const { name, columns } of views) {
      const conditions = Object.keys(columns).map((column) => `"${column}" IS NOT 'x'`);
      query(path, `SELECT * FROM ${name} WHERE ${conditions.join(' AND ')}`);
    }
  });
});

describe('links and tags', () => {
  test('are a row each', async () => {
    const path = await fileWith({
      leads: [
        {
          id: 1,
          _embedded: {
            tags: [
              { id: 3, name: 'vip', color: null },
              { id: 4, name: 'новый' },
            ],
            contacts: [
              { id: 10, is_main: true },
              { id: 11, is_main: false },
            ],
            companies: [{ id: 20 }],
            catalog_elements: [
              { id: 30, metadata: { quantity: 1.5, catalog_id: 9 } },
              { id: 31, metadata: [] },
            ],
          },
        },
        { id: 2, _embedded: { tags: [], companies: [] } },
      ],
      contacts: [{ id: 10, _embedded: { tags: [], leads: [{ id: 1 }], companies: [{ id: 20 }] } }],
      companies: [{ id: 20, _embedded: { leads: [{ id: 1 }, { id: 2 }], contacts: [{ id: 10 }] } }],
    });
    const all = (view: string) => query(path, `SELECT * FROM ${view}`);
    expect(all('lead_tags')).toEqual([
      { lead_id: 1, tag_id: 3, tag_name: 'vip', color: null },
      { lead_id: 1, tag_id: 4, tag_name: 'новый', color: null },
    ]);
    expect(all('lead_contacts')).toEqual([
      { lead_id: 1, contact_id: 10, is_main: 1 },
      { lead_id: 1, contact_id: 11, is_main: 0 },
    ]);
    expect(all('lead_companies')).toEqual([{ lead_id: 1, company_id: 20 }]);
    expect(all('lead_catalog_elements')).toEqual([
      { lead_id: 1, catalog_element_id: 30, catalog_id: 9, quantity: 1.5, price_id: null },
      { lead_id: 1, catalog_element_id: 31, catalog_id: null, quantity: null, price_id: null },
    ]);
    expect(all('contact_leads')).toEqual([{ contact_id: 10, lead_id: 1 }]);
    expect(all('contact_companies')).toEqual([{ contact_id: 10, company_id: 20 }]);
    expect(all('company_leads')).toHaveLength(2);
    expect(all('company_contacts')).toEqual([{ company_id: 20, contact_id: 10 }]);
  });
});

describe('the views with names', () => {
  test('show what the ids stand for', async () => {
    const path = await fileWith({
      leads: [
        {
          id: 1,
          name: 'Deal',
          price: 5,
          pipeline_id: 7,
          status_id: 143,
          responsible_user_id: 2,
          created_at: 1_700_000_000,
          closed_at: null,
          _embedded: {
            tags: [
              { id: 1, name: 'a' },
              { id: 2, name: 'b' },
            ],
            loss_reason: [{ id: 1, name: 'Price' }],
          },
        },
      ],
      contacts: [
        {
          id: 10,
          name: 'Ana',
          custom_fields_values: [
            field(1, 'multitext', [{ value: '+1' }, { value: '+2' }], { field_code: 'PHONE' }),
            field(2, 'multitext', [{ value: 'a@b.c' }], { field_code: 'EMAIL' }),
          ],
        },
      ],
      pipelines: [{ id: 7, name: 'Sales' }],
      statuses: [
        { id: 143, pipeline_id: 7, name: 'Lost' },
        { id: 143, pipeline_id: 8, name: 'Other' },
        { id: 50, pipeline_id: 7, name: 'Talks' },
      ],
      users: [{ id: 2, name: 'Olga' }],
      tasks: [
        { id: 1, text: 'call', is_completed: false, complete_till: 1_600_000_000, responsible_user_id: 2 },
        { id: 2, text: 'done', is_completed: true },
      ],
      events: [
        {
          id: '01h',
          type: 'lead_status_changed',
          entity_id: 1,
          created_at: 1_700_000_000,
          value_before: [{ lead_status: { id: 50, pipeline_id: 7 } }],
          value_after: [{ lead_status: { id: 143, pipeline_id: 7 } }],
        },
        { id: '02h', type: 'lead_added', value_before: [] },
      ],
    });
    expect(query(path, 'SELECT * FROM leads_view')).toEqual([
      {
        lead_id: 1,
        name: 'Deal',
        price: 5,
        pipeline: 'Sales',
        status: 'Lost',
        outcome: 'lost',
        loss_reason: 'Price',
        responsible_user: 'Olga',
        tags: 'a, b',
        created_at: '2023-11-14T22:13:20Z',
        updated_at: null,
        closed_at: null,
      },
    ]);
    expect(query(path, 'SELECT name, phones, emails FROM contacts_view')).toEqual([
      { name: 'Ana', phones: '+1, +2', emails: 'a@b.c' },
    ]);
    expect(query(path, 'SELECT task_id, is_overdue, responsible_user FROM open_tasks')).toEqual([
      { task_id: 1, is_overdue: 1, responsible_user: 'Olga' },
    ]);
    expect(query(path, 'SELECT from_status, to_status, lead_id FROM lead_status_changes')).toEqual([
      { from_status: 'Talks', to_status: 'Lost', lead_id: 1 },
    ]);
  });

  test('exist once all the tables they read do', () => {
    const path = newPath();
    const names = () =>
      query(path, "SELECT name FROM sqlite_schema WHERE type = 'view'").map(({ name }) => name);
    openSink(path).close();
    expect(names()).toContain('lead_tags');
    expect(names()).not.toContain('leads_view');
    openSink(path, { streams: everything }).close();
    expect(names().sort()).toEqual(views.map(({ name }) => name).sort());
  });

  test('are replaced when their definition is an older one, and other things of their name are left alone', () => {
    const path = newPath();
    openSink(path).close();
    execute(path, 'DROP VIEW lead_tags; CREATE VIEW lead_tags AS SELECT /* source-kommo */ 1 AS old');
    execute(path, 'DROP VIEW lead_contacts; CREATE VIEW lead_contacts AS SELECT 1 AS mine');
    const said: string[] = [];
    openSink(path, { log: (_level, message) => said.push(message) }).close();
    expect(query(path, 'SELECT * FROM lead_tags')).toEqual([]);
    expect(query(path, 'SELECT * FROM lead_contacts')).toEqual([{ mine: 1 }]);
    expect(said).toEqual([expect.stringContaining('lead_contacts')]);
  });
});

test('every stream that a view reads is in the catalogue', () => {
  for (const { reads } of views) for (const name of reads) expect(streamNamed(name)).toBeDefined();
});
