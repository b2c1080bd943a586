import { elements, innerElements, inside, isoTime, member } from './json.ts';
import type { View } from './view.ts';

const entities = [
  { table: 'leads', one: 'lead' },
  { table: 'contacts', one: 'contact' },
  { table: 'companies', one: 'company' },
] as const;
type Entity = (typeof entities)[number];

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
    enum_id: member('item', 'enum_id'),
    // Older answers call it "enum".
    enum_code: `coalesce(${member('item', 'enum_code')}, ${member('item', 'enum')})`,
    // A chained list has these in place of a value.
    catalog_id: member('item', 'catalog_id'),
    catalog_element_id: member('item', 'catalog_element_id'),
  },
  from:
    `FROM ${table} AS entity, ${elements('entity.custom_fields_values', 'field')}, ` +
    `${innerElements('field', 'values', 'item')}\nWHERE item.type = 'object'`,
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
  from:
    `FROM ${entity.table} AS entity, ${elements(`entity.${column}`, 'element')}\n` +
    "WHERE element.type = 'object'",
});

const tags = (entity: Entity): View =>
  embedded(entity, 'tags', `${entity.one}_tags`, `A row for each tag of a ${entity.one}.`, {
    tag_id: 'id',
    tag_name: 'name',
    color: 'color',
  });

const [lead, contact, company] = entities;
const links: View[] = [
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

const tagNames = (entity: string) =>
  `(SELECT group_concat(${member('tag', 'name')}, ', ') FROM ${elements(`${entity}.tags`, 'tag')})`;

/** All values of the custom fields with this code, in one text: phones and emails have no columns of their own. */
const valuesOfCode = (entity: string, code: string) =>
  `(SELECT group_concat(${member('item', 'value')}, ', ') ` +
  `FROM ${elements(`${entity}.custom_fields_values`, 'field')}, ${innerElements('field', 'values', 'item')} ` +
  `WHERE ${member('field', 'field_code')} = '${code}')`;

const leadsView: View = {
  name: 'leads_view',
  summary: 'Leads with names in place of ids and times that can be read.',
  reads: ['leads', 'pipelines', 'statuses', 'users'],
  columns: {
    lead_id: 'lead.id',
    name: 'lead.name',
    price: 'lead.price',
    pipeline: 'pipeline.name',
    status: 'status.name',
    // 142 and 143 end every pipeline (kommo-api.md §8.2).
    outcome:
      "CASE WHEN lead.status_id = 142 THEN 'won' WHEN lead.status_id = 143 THEN 'lost' " +
      "WHEN lead.status_id IS NOT NULL THEN 'open' END",
    loss_reason: inside('lead.loss_reason', '[0].name'),
    responsible_user: 'user.name',
    tags: tagNames('lead'),
    created_at: isoTime('lead.created_at'),
    updated_at: isoTime('lead.updated_at'),
    closed_at: isoTime('lead.closed_at'),
  },
  from:
    'FROM leads AS lead\n' +
    'LEFT JOIN pipelines AS pipeline ON pipeline.id = lead.pipeline_id\n' +
    'LEFT JOIN statuses AS status ON status.pipeline_id = lead.pipeline_id AND status.id = lead.status_id\n' +
    'LEFT JOIN users AS user ON user.id = lead.responsible_user_id',
};

const peopleView = ({ table, one }: Entity): View => ({
  name: `${table}_view`,
  summary: `${one === 'contact' ? 'Contacts' : 'Companies'} with their phones and emails.`,
  reads: [table, 'users'],
  columns: {
    [`${one}_id`]: `${one}.id`,
    name: `${one}.name`,
    phones: valuesOfCode(one, 'PHONE'),
    emails: valuesOfCode(one, 'EMAIL'),
    responsible_user: 'user.name',
    tags: tagNames(one),
    created_at: isoTime(`${one}.created_at`),
    updated_at: isoTime(`${one}.updated_at`),
  },
  from: `FROM ${table} AS ${one}\nLEFT JOIN users AS user ON user.id = ${one}.responsible_user_id`,
});

const openTasks: View = {
  name: 'open_tasks',
  summary: 'Tasks that are not done.',
  reads: ['tasks', 'users'],
  columns: {
    task_id: 'task.id',
    text: 'task.text',
    due_at: isoTime('task.complete_till'),
    is_overdue: "task.complete_till < CAST(strftime('%s', 'now') AS INTEGER)",
    responsible_user: 'user.name',
    entity_type: 'task.entity_type',
    entity_id: 'task.entity_id',
    created_at: isoTime('task.created_at'),
  },
  from:
    'FROM tasks AS task\nLEFT JOIN users AS user ON user.id = task.responsible_user_id\n' +
    'WHERE task.is_completed IS NOT 1',
};

const leadStatusChanges: View = {
  name: 'lead_status_changes',
  summary: 'Every move of a lead from one stage to another.',
  reads: ['events', 'statuses'],
  columns: {
    event_id: 'event.id',
    lead_id: 'event.entity_id',
    changed_at: isoTime('event.created_at'),
    changed_by: 'event.created_by',
    from_pipeline_id: inside('event.value_before', '[0].lead_status.pipeline_id'),
    from_status_id: inside('event.value_before', '[0].lead_status.id'),
    from_status: 'earlier.name',
    to_pipeline_id: inside('event.value_after', '[0].lead_status.pipeline_id'),
    to_status_id: inside('event.value_after', '[0].lead_status.id'),
    to_status: 'later.name',
  },
  from:
    'FROM events AS event\n' +
    `LEFT JOIN statuses AS earlier ON earlier.pipeline_id = ${inside('event.value_before', '[0].lead_status.pipeline_id')}\n` +
    `  AND earlier.id = ${inside('event.value_before', '[0].lead_status.id')}\n` +
    `LEFT JOIN statuses AS later ON later.pipeline_id = ${inside('event.value_after', '[0].lead_status.pipeline_id')}\n` +
    `  AND later.id = ${inside('event.value_after', '[0].lead_status.id')}\n` +
    "WHERE event.type = 'lead_status_changed'",
};

/** Every view, in the order of the documentation. */
export const views: readonly View[] = [
  leadsView,
  peopleView(contact),
  peopleView(company),
  openTasks,
  leadStatusChanges,
  ...entities.map(customFields),
  ...entities.map(tags),
  ...links,
];
