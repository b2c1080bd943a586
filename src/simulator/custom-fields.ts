import { valuesOf } from './custom-field-values.ts';
import { mix } from './random.ts';
import { rememberText } from './record-text.ts';

/** The definition of a custom field and the values that records of an account hold in it. */
export interface CustomField {
  id: number;
  name: string;
  code: string | null;
  type: string;
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

/** The fields of one kind of entity: one of each type, phone and e-mail for people and firms, more texts up to `count`. */
export function createCustomFields(
  seed: number,
  entity: 'leads' | 'contacts' | 'companies',
  firstId: number,
  count = 0,
): CustomField[] {
  const reachable = entity === 'leads' ? [] : (['PHONE', 'EMAIL'] as const);
  const fields: CustomField[] = reachable.map((code, index) =>
    createField(seed, entity, firstId + index, code === 'PHONE' ? 'Телефон' : 'E-mail', 'multitext', code),
  );
  for (const type of customFieldTypes) {
    fields.push(createField(seed, entity, firstId + fields.length, `Field ${type} – поле`, type, null));
  }
  while (fields.length < count) {
    const type = fields.length % 2 === 0 ? 'text' : 'numeric';
    fields.push(createField(seed, entity, firstId + fields.length, `Extra ${fields.length}`, type, null));
  }
  return fields;
}

function createField(
  seed: number,
  entity: string,
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
    ...(entity === 'leads' ? { is_computed: false } : {}),
    ...valuesOf(type, code, id, mix(seed, id * VARIANTS + variant, 21), variant),
  });
  return {
    id,
    name,
    code,
    type,
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
