import { mix } from './random.ts';
import { companyNames, firstNames } from './texts.ts';

/** The `values` of a field of this type, and nothing else, as one variant of several. */
export function valuesOf(
  type: string,
  code: string | null,
  fieldId: number,
  chance: number,
  variant: number,
): object {
  const one = (value: unknown) => ({ values: [{ value }] });
  const option = (number: number) => ({
    value: `Option ${number}`,
    enum_id: fieldId * 10 + number,
    enum_code: number === 2 ? 'second' : null,
  });
  const second = 1_500_000_000 + (chance % 200_000_000);
  switch (type) {
    case 'numeric':
      return one(String(chance % 20_000));
    case 'price':
    case 'monetary':
      return one(`${chance % 5000}.${10 + (chance % 90)}`);
    case 'checkbox':
      return one(chance % 2 === 0);
    case 'date':
      // Old rows hold a text where newer ones hold seconds (kommo-api.md §17).
      return one(variant === 7 ? '2020-05-08' : second - (second % 86_400));
    case 'birthday':
    case 'date_time':
      return one(second);
    case 'select':
    case 'radiobutton':
    case 'category':
      return { values: [option(1 + (chance % 4))] };
    case 'multiselect':
      return { values: [option(1), option(2), option(3)].slice(0, 1 + (chance % 3)) };
    case 'multitext':
      return { values: reachableAt(code, fieldId, chance, variant) };
    case 'url':
      return one(`https://example.com/${chance % 1000}?utm_source=%D0%BA`);
    case 'smart_address':
      return {
        values: ['address_line_1', 'address_line_2', 'city', 'state', 'zip', 'country'].map(
          (part, index) => ({
            value: index === 5 ? 'BR' : `${part} ${chance % 100}`,
            enum_id: index + 1,
            enum_code: part,
          }),
        ),
      };
    case 'legal_entity':
      return one({
        name: companyNames[chance % companyNames.length],
        entity_type: 1 + (chance % 2),
        vat_id: String(chance),
        tax_registration_reason_code: variant % 2 === 0 ? null : '770101001',
        address: 'Rua Augusta, 1',
        kpp: '770101001',
        external_uid: null,
      });
    case 'items':
      return one({
        sku: `SKU-${chance % 100}`,
        description: 'Ящик',
        unit_price: 10.5,
        quantity: 5.0,
        unit_type: 'шт',
        discount: { type: 'amount', value: 0 },
        vat_rate_id: 1,
        vat_rate_value: 20,
        product_id: chance % 1000,
        metadata: variant % 2 === 0 ? [] : { source: 'import' },
        total_sum: 52.5,
      });
    case 'linked_entity':
      return one({
        name: 'Linked',
        entity_id: 1 + (chance % 1000),
        entity_type: 'contacts',
        catalog_id: null,
      });
    case 'chained_list':
      // The one type whose elements have no `value` (kommo-api.md §17).
      return {
        values: [1, 2, 3].slice(0, 1 + (chance % 3)).map((level) => ({
          catalog_id: 7000 + level,
          catalog_element_id: 10_000 * level + (chance % 50),
        })),
      };
    case 'file':
      return one({
        file_uuid: uuid(chance),
        version_uuid: uuid(chance + 1),
        file_name: 'договор № 1.pdf',
        file_size: chance % 1_000_000,
      });
    case 'payer':
    case 'supplier':
      return one({
        name: companyNames[chance % companyNames.length],
        type: 'company',
        entity_id: chance % 1000,
      });
    case 'org_legal_name':
      return one(companyNames[chance % companyNames.length]);
    case 'textarea':
      return one(`First line\nвторая строка ${variant}`);
    case 'streetaddress':
      return one(`ул. Ленина, ${chance % 200}`);
    case 'tracking_data':
      return one(variant % 4 === 0 ? 'null' : `utm-${chance % 50}`);
    default:
      return one(variant === 3 ? '' : `${firstNames[chance % firstNames.length]} ${chance % 100}`);
  }
}

/** What can be chosen in a field of this type. */
export function optionsOf(
  type: string,
  code: string | null,
  fieldId: number,
): { id: number; value: string }[] | undefined {
  if (type === 'multitext') return kindsOf(code).map((value, index) => ({ id: fieldId * 10 + index, value }));
  if (!['select', 'multiselect', 'radiobutton', 'category'].includes(type)) return undefined;
  return [1, 2, 3, 4].map((number) => ({ id: fieldId * 10 + number, value: `Option ${number}` }));
}

function kindsOf(code: string | null): string[] {
  return code === 'PHONE' ? ['WORK', 'WORKDD', 'MOB', 'FAX', 'HOME', 'OTHER'] : ['WORK', 'PRIV', 'OTHER'];
}

function reachableAt(code: string | null, fieldId: number, chance: number, variant: number): object[] {
  const kinds = kindsOf(code);
  return Array.from({ length: 1 + (chance % 2) }, (_, index) => {
    const kind = kinds[(chance + index) % kinds.length]!;
    const value =
      code === 'PHONE' ? `+55 11 ${90_000_000 + (chance % 9_999_999)}` : `person${chance % 9999}@example.com`;
    const entry = { value, enum_id: fieldId * 10 + kinds.indexOf(kind) };
    // Older rows name the code `enum` (kommo-api.md §17).
    return variant === 5 ? { ...entry, enum: kind } : { ...entry, enum_code: kind };
  });
}

/** A text in the form of a UUID that follows from a number. */
export function uuid(chance: number): string {
  const digits = [1, 2, 3, 4].map((salt) => mix(chance, 3, salt).toString(16).padStart(8, '0')).join('');
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20)}`;
}
