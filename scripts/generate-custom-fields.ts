import { readFileSync } from 'node:fs';
import { columnTypeOf, withFieldColumns } from '../src/stream/custom-fields.ts';
import { createShaper } from '../src/stream/shape.ts';
import { streams } from '../streams/index.ts';
import type { GeneratedFile } from './generated-file.ts';
import { markdownTable, replaceSection } from './marked-section.ts';

const page = new URL('../docs/custom-fields.md', import.meta.url);

/** Values of every type, as Kommo sends them. */
const examples: readonly (readonly [type: string, values: readonly object[]])[] = [
  ['text', [{ value: 'Ana' }]],
  ['textarea', [{ value: 'Call back' }]],
  ['url', [{ value: 'https://example.com' }]],
  ['streetaddress', [{ value: 'Rua Augusta, 1' }]],
  ['tracking_data', [{ value: 'newsletter' }]],
  ['numeric', [{ value: '12.5' }]],
  ['price', [{ value: '1999.99' }]],
  ['monetary', [{ value: '250' }]],
  ['checkbox', [{ value: true }]],
  ['date', [{ value: 1_700_006_400 }]],
  ['date_time', [{ value: 1_700_042_400 }]],
  ['birthday', [{ value: 642_470_400 }]],
  ['select', [{ value: 'Gold', enum_id: 11 }]],
  ['radiobutton', [{ value: 'Yes', enum_id: 12 }]],
  ['category', [{ value: 'Shoes', enum_id: 13 }]],
  [
    'multiselect',
    [
      { value: 'Red', enum_id: 14 },
      { value: 'Blue', enum_id: 15 },
    ],
  ],
  ['multitext', [{ value: '+1 555 0100', enum_id: 16, enum_code: 'WORK' }]],
  ['smart_address', [{ value: 'Lisbon', enum_id: 3, enum_code: 'city' }]],
  ['legal_entity', [{ value: { name: 'Acme Ltd', vat_id: '123' } }]],
  ['org_legal_name', [{ value: 'Acme Ltd' }]],
  ['items', [{ value: { sku: 'A-1', unit_price: 10.5, quantity: 2 } }]],
  ['linked_entity', [{ value: { name: 'Ana', entity_id: 7, entity_type: 'contacts' } }]],
  ['chained_list', [{ catalog_id: 21, catalog_element_id: 22 }]],
  ['file', [{ value: { file_uuid: '0b1c…', file_name: 'offer.pdf' } }]],
  ['payer', [{ value: { name: 'Acme Ltd' } }]],
  ['supplier', [{ value: { name: 'Acme Ltd' } }]],
  ['any other', [{ value: 1 }]],
];

/** docs/custom-fields.md with what the program makes of the values of every type. */
export function generateCustomFields(): GeneratedFile[] {
  const rows = examples.map(([type, values]) => [
    type,
    `\`${JSON.stringify(values)}\``,
    columnTypeOf(type).type,
    `\`${columnValueOf(type, values)}\``,
  ]);
  const table = markdownTable(['field type', 'values, as Kommo sends them', 'column', 'its value'], rows);
  return [
    {
      path: 'docs/custom-fields.md',
      text: replaceSection(readFileSync(page, 'utf8'), 'custom fields', table),
    },
  ];
}

function columnValueOf(type: string, values: readonly object[]): unknown {
  const carrier = streams.find(({ hasCustomFields }) => hasCustomFields)!;
  const stream = withFieldColumns(carrier, [{ id: 1, name: '', code: undefined, type, options: [] }]);
  const row = { custom_fields_values: [{ field_id: 1, field_type: type, values }] };
  const [record] = stream.lists[0]!.rows(row);
  return createShaper(stream, ['cf_1'], () => {}).shape(record!).data.cf_1;
}
