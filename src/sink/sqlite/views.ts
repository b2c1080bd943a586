import { type Entity, embeddedViews, entities } from './embedded-views.ts';
import { elements, innerElements, inside, isoTime, member } from './json.ts';
import { isAlive } from './marks.ts';
import type { View } from './view.ts';

const tagNames = (entity: string) =>
  `(SELECT group_concat(${member('tag', 'name')}, ', ') FROM ${elements(`${entity}.tags`, 'tag')})`;

/** All values of the custom fields with this code, in one text: phones and emails have no columns of their own. */
const valuesOfCode = (entity: string, code: string) =>
  `(SELECT group_concat(${member('item', 'value')}, ', ') ` +
  `FROM ${elements(`${entity}.custom_fields_values`, 'field')}, ${innerElements('field', 'values', 'item')} ` +
  `WHERE ${member('field', 'field_code')} = '${code}')`;

const [, contacts, companies] = entities;

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
    'LEFT JOIN users AS user ON user.id = lead.responsible_user_id\n' +
    `WHERE ${isAlive('lead')}`,
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
  from: `FROM ${table} AS ${one}\nLEFT JOIN users AS user ON user.id = ${one}.responsible_user_id\nWHERE ${isAlive(one)}`,
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
    `WHERE NOT coalesce(task.is_completed, 0) AND ${isAlive('task')}`,
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
  peopleView(contacts),
  peopleView(companies),
  openTasks,
  leadStatusChanges,
  ...embeddedViews,
];
