import { isAlive } from '../marks.ts';
import { type Entity, entities } from './entities.ts';
import { elements, innerElements, localTime, member, numberOf } from './expressions.ts';
import type { View } from './view.ts';

const ofTypes = (types: readonly string[], expression: string) =>
  `CASE WHEN ${member('field', 'field_type')} IN (${types.map((type) => `'${type}'`).join(', ')}) THEN ${expression} END`;

/** Older accounts send dates as text. */
const timeOf = (value: string) =>
  `CASE WHEN typeof(${value}) = 'integer' THEN ${localTime(value)} ELSE strftime('%Y-%m-%dT%H:%M:%S', ${value}) END`;

/** Filled custom fields, a row a value. kommo-api.md §17 has the shapes. */
const customFields = ({ table, one }: Entity): View => ({
  name: `${one}_custom_fields`,
  summary: `A row for each value of a custom field of a ${one}; a field with several values has several rows.`,
  reads: [table],
  columns: {
    [`${one}_id`]: 'entity.id',
    field_id: member('field', 'field_id'),
    field_name: member('field', 'field_name'),
    field_code: member('field', 'field_code'),
    field_type: member('field', 'field_type'),
    position: 'item.key',
    value: member('item', 'value'),
    value_number: ofTypes(['numeric', 'price', 'monetary'], numberOf(member('item', 'value'))),
    value_time: ofTypes(['date', 'date_time', 'birthday'], timeOf(member('item', 'value'))),
    enum_id: member('item', 'enum_id'),
    // Older answers call it "enum".
    enum_code: `coalesce(${member('item', 'enum_code')}, ${member('item', 'enum')})`,
    // A chained list has these in place of a value.
    catalog_id: member('item', 'catalog_id'),
    catalog_element_id: member('item', 'catalog_element_id'),
  },
  from:
    `${table} AS entity, ${elements('entity.custom_fields_values', 'field')}, ` +
    innerElements('field', 'values', 'item'),
  where: ["item.type = 'object'", isAlive('entity')],
});

/** A row for each object in a column of JSON text. */
const embedded = (
  entity: Entity,
  column: string,
  name: string,
  summary: string,
  members: Record<string, string>,
): View => ({
  name,
  summary,
  reads: [entity.table],
  columns: {
    [`${entity.one}_id`]: 'entity.id',
    ...Object.fromEntries(Object.entries(members).map(([as, path]) => [as, member('element', path)])),
  },
  from: `${entity.table} AS entity, ${elements(`entity.${column}`, 'element')}`,
  where: ["element.type = 'object'", isAlive('entity')],
});

const tags = (entity: Entity): View =>
  embedded(entity, 'tags', `${entity.one}_tags`, `A row for each tag of a ${entity.one}.`, {
    tag_id: 'id',
    tag_name: 'name',
    color: 'color',
  });

const [lead, contact, company] = entities;
const links: readonly View[] = [
  embedded(lead, 'contacts', 'lead_contacts', 'Contacts of each lead.', {
    contact_id: 'id',
    is_main: 'is_main',
  }),
  embedded(lead, 'companies', 'lead_companies', 'The company of each lead.', { company_id: 'id' }),
  embedded(lead, 'catalog_elements', 'lead_catalog_elements', 'Products and list elements of each lead.', {
    catalog_element_id: 'id',
    catalog_id: 'metadata.catalog_id',
    quantity: 'metadata.quantity',
    price_id: 'metadata.price_id',
  }),
  embedded(contact, 'leads', 'contact_leads', 'Leads of each contact.', { lead_id: 'id' }),
  embedded(contact, 'companies', 'contact_companies', 'Companies of each contact.', { company_id: 'id' }),
  embedded(company, 'leads', 'company_leads', 'Leads of each company.', { lead_id: 'id' }),
  embedded(company, 'contacts', 'company_contacts', 'Contacts of each company.', { contact_id: 'id' }),
];

/** Views that take the JSON text of one table apart. */
export const embeddedViews: readonly View[] = [
  ...entities.map(customFields),
  ...entities.map(tags),
  ...links,
];
