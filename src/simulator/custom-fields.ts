import { optionsOf, valuesOf } from './custom-field-values.ts';
import { mix } from './random.ts';
import { rememberText } from './record-text.ts';

/** The definition of a custom field and the values that records of an account hold in it. */
export interface CustomField {
  id: number;
  /** The kind of entity, or the catalog. */
  owner: string;
  name: string;
  code: string | null;
  type: string;
  /** What can be chosen, where something can. */
  options: { id: number; value: string }[] | undefined;
  /** One element of `custom_fields_values`, taken from a bounded set of variants and shared between records. */
  value(chance: number): Record<string, unknown>;
}

/** Every type of kommo-api.md §17, in the order in which they get their ids. */
export const customFieldTypes = [
  'text',
  'numeric',
  'checkbox',
  'select',
  'multiselect',
  'date',
  'url',
  'textarea',
  'radiobutton',
  'streetaddress',
  'smart_address',
  'birthday',
  'legal_entity',
  'date_time',
  'items',
  'category',
  'price',
  'tracking_data',
  'linked_entity',
  'org_legal_name',
  'monetary',
  'chained_list',
  'file',
  'payer',
  'supplier',
] as const;

const VARIANTS = 16;

/** Fields with a name of their own, beside one of each type; catalogs of products and invoices have nothing else. */
const owners: Record<
  string,
  { firstId: number; named: [code: string, type: string, name: string][]; only?: true }
> = {
  leads: { firstId: 300_001, named: [] },
  contacts: { firstId: 400_001, named: reachable() },
  companies: { firstId: 500_001, named: reachable() },
  customers: { firstId: 610_001, named: [] },
  segments: { firstId: 650_001, named: [] },
  products: {
    firstId: 700_001,
    only: true,
    named: [
      ['SKU', 'text', 'SKU'],
      ['DESCRIPTION', 'textarea', 'Описание'],
      ['PRICE', 'price', 'Price'],
      ['GROUP', 'category', 'Group'],
      ['EXTERNAL_ID', 'text', 'External id'],
      ['UNIT', 'select', 'Unidade'],
      ['SPECIAL_PRICE_1', 'price', 'Special price'],
    ],
  },
  invoices: {
    firstId: 701_001,
    only: true,
    named: [
      ['BILL_STATUS', 'select', 'Status'],
      ['BILL_PAYMENT_DATE', 'date', 'Payment date'],
      ['PAYER', 'payer', 'Плательщик'],
      ['SUPPLIER', 'supplier', 'Supplier'],
      ['ITEMS', 'items', 'Items'],
      ['BILL_COMMENT', 'textarea', 'Comentário'],
      ['BILL_PRICE', 'monetary', 'Total'],
      ['BILL_VAT_TYPE', 'select', 'VAT'],
    ],
  },
};

function reachable(): [string, string, string][] {
  return [
    ['PHONE', 'multitext', 'Телефон'],
    ['EMAIL', 'multitext', 'E-mail'],
  ];
}

/** The fields of one kind of entity or of a catalog, more texts and numbers up to `count`. */
export function createCustomFields(seed: number, owner: string, count = 0): CustomField[] {
  const { firstId, named, only } = owners[owner] ?? { firstId: 702_001 + 1000 * Number(owner), named: [] };
  const fields = named.map(([code, type, name], index) =>
    createField(seed, owner, firstId + index, name, type, code),
  );
  for (const type of only ? [] : customFieldTypes) {
    fields.push(createField(seed, owner, firstId + fields.length, `Field ${type} – поле`, type, null));
  }
  while (fields.length < count) {
    const type = fields.length % 2 === 0 ? 'text' : 'numeric';
    fields.push(createField(seed, owner, firstId + fields.length, `Extra ${fields.length}`, type, null));
  }
  return fields;
}

function createField(
  seed: number,
  owner: string,
  id: number,
  name: string,
  type: string,
  code: string | null,
): CustomField {
  const variants = new Array<Record<string, unknown> | undefined>(VARIANTS);
  const make = (variant: number) => ({
    field_id: id,
    field_name: name,
    field_code: code,
    field_type: type,
    // Kommo marks computed fields of leads only (observed-data.md §2).
    ...(owner === 'leads' ? { is_computed: false } : {}),
    ...valuesOf(type, code, id, mix(seed, id * VARIANTS + variant, 21), variant),
  });
  return {
    id,
    owner,
    name,
    code,
    type,
    options: optionsOf(type, code, id),
    value(chance) {
      const variant = chance % VARIANTS;
      let element = variants[variant];
      if (element === undefined) {
        element = make(variant);
        rememberText(element);
        variants[variant] = element;
      }
      return element;
    },
  };
}
