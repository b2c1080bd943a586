import { describe, expect, test } from 'vitest';
import {
  type CustomField,
  columnTypeOf,
  withCatalogColumns,
  withFieldColumns,
} from '../../src/stream/custom-fields.ts';
import { defineStream } from '../../src/stream/declaration.ts';
import { createShaper } from '../../src/stream/shape.ts';

const deals = defineStream({
  name: 'deals',
  hasCustomFields: true,
  schema: {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: { id: { type: 'integer' }, custom_fields_values: { type: ['string', 'null'] } },
  },
});

const field = (id: number, type: string, more: Partial<CustomField> = {}): CustomField => ({
  ...{ id, type, name: `Field ${id}`, code: undefined, options: [] },
  ...more,
});

/** The column of a field whose values are these, and what was reported of it. */
function columnOf(type: string, values: unknown, known: CustomField = field(7, type)) {
  const stream = withFieldColumns(deals, [known]);
  const shaper = createShaper(stream, Object.keys(stream.schema.properties), () => {});
  const row = { id: 1, custom_fields_values: [{ field_id: 7, field_name: 'x', field_type: type, values }] };
  const [record] = stream.lists[0]!.rows(row);
  const { data, changes } = shaper.shape(record!);
  return { value: data.cf_7, reported: changes?.map((change) => change.field) ?? [] };
}

/** Elements as kommo-api.md §17 has them, and what becomes of them. */
const examples: [type: string, values: unknown, value: unknown][] = [
  ['text', [{ value: 'Ana' }], 'Ana'],
  ['text', [{ value: '' }], ''],
  ['textarea', [{ value: 'a\nb' }], 'a\nb'],
  ['url', [{ value: 'https://example.com' }], 'https://example.com'],
  ['streetaddress', [{ value: 'Rua Augusta, 1' }], 'Rua Augusta, 1'],
  ['tracking_data', [{ value: 'utm' }], 'utm'],
  ['select', [{ value: 'Gold', enum_id: 5, enum_code: null }], 'Gold'],
  ['radiobutton', [{ value: 'Yes', enum_id: 6 }], 'Yes'],
  ['category', [{ value: 'Shoes', enum_id: 6 }], 'Shoes'],
  ['numeric', [{ value: '12.50' }], 12.5],
  ['numeric', [{ value: '' }], null],
  ['price', [{ value: '1999.99' }], 1999.99],
  ['monetary', [{ value: 5 }], 5],
  ['checkbox', [{ value: true }], true],
  ['checkbox', [{ value: false }], false],
  ['date', [{ value: 1_700_000_000 }], 1_700_000_000],
  ['date_time', [{ value: '1700000000' }], 1_700_000_000],
  ['birthday', [{ value: -86_400 }], -86_400],
  ['birthday', [{ value: '' }], null],
  ['multiselect', [{ value: 'a' }, { value: 'b' }], '[{"value":"a"},{"value":"b"}]'],
  ['multitext', [{ value: '+1', enum_code: 'WORK' }], '[{"value":"+1","enum_code":"WORK"}]'],
  ['smart_address', [{ value: 'BR', enum_id: 6 }], '[{"value":"BR","enum_id":6}]'],
  ['legal_entity', [{ value: { name: 'Co' } }], '[{"value":{"name":"Co"}}]'],
  ['org_legal_name', [{ value: 'Co' }], '[{"value":"Co"}]'],
  ['items', [{ value: { sku: 'A' } }], '[{"value":{"sku":"A"}}]'],
  ['linked_entity', [{ value: { entity_id: 3 } }], '[{"value":{"entity_id":3}}]'],
  ['chained_list', [{ catalog_id: 1, catalog_element_id: 2 }], '[{"catalog_id":1,"catalog_element_id":2}]'],
  ['file', [{ value: { file_uuid: 'u' } }], '[{"value":{"file_uuid":"u"}}]'],
  ['payer', [{ value: {} }], '[{"value":{}}]'],
  ['supplier', [{ value: {} }], '[{"value":{}}]'],
  ['of_tomorrow', [{ value: 1 }], '[{"value":1}]'],
];

test.each(examples)('%s %j becomes %j', (type, values, value) => {
  expect(columnOf(type, values)).toEqual({ value, reported: [] });
});

test.each([
  ['date', [{ value: '2020-05-08' }]],
  ['numeric', [{ value: 'a lot' }]],
  ['numeric', [{ value: { amount: 5 } }]],
  ['checkbox', [{ value: 'perhaps' }]],
])('%s %j does not fit: null, and reported', (type, values) => {
  expect(columnOf(type, values)).toEqual({ value: null, reported: ['cf_7'] });
});

test.each([[[]], [undefined], [null], [[{}]], [[null]]])(
  'values %j of a number are null and no surprise',
  (values) => {
    expect(columnOf('numeric', values)).toEqual({ value: null, reported: [] });
  },
);

test.each([null, undefined, [], 'text', [null], [{}], [{ field_id: 8, values: [] }]])(
  'custom fields that are %j leave the column null',
  (fields) => {
    const stream = withFieldColumns(deals, [field(7, 'text')]);
    const [record] = stream.lists[0]!.rows({ id: 1, custom_fields_values: fields });
    const shaper = createShaper(stream, ['id', 'cf_7'], () => {});
    expect(shaper.shape(record!)).toEqual({ data: { id: 1, cf_7: null }, changes: undefined });
  },
);

test('columns are at the end, in the order of ids, with what the account says of them', () => {
  const options = ['Gold', 'Silver'];
  const { schema } = withFieldColumns(deals, [
    field(300, 'select', { name: 'Level', code: 'LEVEL', options }),
    field(20, 'numeric'),
  ]);
  expect(Object.keys(schema.properties)).toEqual(['id', 'custom_fields_values', 'cf_20', 'cf_300']);
  expect(schema.properties.cf_20).toEqual({
    type: ['number', 'null'],
    description: 'Custom field "Field 20", numeric.',
  });
  expect(schema.properties.cf_300).toEqual({
    type: ['string', 'null'],
    description: 'Custom field "Level", code LEVEL, select. Options: Gold, Silver.',
  });
  expect(Object.keys(deals.schema.properties)).toHaveLength(2);
});

describe('columns of a catalog', () => {
  test('have the types that they have there, and no others are taken for fields', () => {
    const { schema } = withCatalogColumns(deals, {
      cf_9: { type: ['null', 'number'] },
      cf_5: { type: 'boolean' },
      cf_6: {},
      cf_07: { type: 'string' },
      cf_x: { type: 'string' },
      price: { type: 'integer' },
    });
    const types = Object.entries(schema.properties).map(([name, { type }]) => [name, type]);
    expect(types.slice(2)).toEqual([
      ['cf_5', ['boolean', 'null']],
      ['cf_6', ['string', 'null']],
      ['cf_9', ['number', 'null']],
    ]);
  });

  test('are for streams that have custom fields', () => {
    const others = { ...deals, hasCustomFields: false };
    expect(withCatalogColumns(others, { cf_9: { type: 'number' } })).toBe(others);
    expect(withCatalogColumns(deals, { id: {} })).toBe(deals);
    expect(withCatalogColumns(deals, undefined)).toBe(deals);
  });

  test('are filled by what the rows say of their fields: nobody has to ask the account', () => {
    const catalog = { cf_7: { type: ['string', 'null'] } };
    const stream = withCatalogColumns(deals, catalog);
    const shaper = createShaper(stream, ['cf_7'], () => {});
    const shaped = (type: string) => {
      const fields = [{ field_id: 7, field_type: type, values: [{ value: 'a' }] }];
      const [record] = stream.lists[0]!.rows({ id: 1, custom_fields_values: fields });
      return shaper.shape(record!).data.cf_7;
    };
    expect([shaped('text'), shaped('multiselect')]).toEqual(['a', '[{"value":"a"}]']);
  });
});

test('every type has one column type for ever', () => {
  const types = examples.map(([type]) => [type, columnTypeOf(type).type]);
  expect(Object.fromEntries(types)).toMatchInlineSnapshot(`
    {
      "birthday": "integer",
      "category": "string",
      "chained_list": "string",
      "checkbox": "boolean",
      "date": "integer",
      "date_time": "integer",
      "file": "string",
      "items": "string",
      "legal_entity": "string",
      "linked_entity": "string",
      "monetary": "number",
      "multiselect": "string",
      "multitext": "string",
      "numeric": "number",
      "of_tomorrow": "string",
      "org_legal_name": "string",
      "payer": "string",
      "price": "number",
      "radiobutton": "string",
      "select": "string",
      "smart_address": "string",
      "streetaddress": "string",
      "supplier": "string",
      "text": "string",
      "textarea": "string",
      "tracking_data": "string",
      "url": "string",
    }
  `);
});
