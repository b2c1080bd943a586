import { deletedAt, isAlive } from '../marks.ts';
import { inside, localTime } from './expressions.ts';
import { tagNames } from './people.ts';
import type { View } from './view.ts';

export const leadsView: View = {
  name: 'leads_view',
  summary: 'Leads with names beside the ids and times that can be read; `sort` is the place of the stage.',
  reads: ['leads', 'pipelines', 'statuses', 'users'],
  columns: {
    lead_id: 'lead.id',
    name: 'lead.name',
    price: 'lead.price',
    pipeline_id: 'lead.pipeline_id',
    pipeline: 'pipeline.name',
    status_id: 'lead.status_id',
    status: 'status.name',
    sort: 'status.sort',
    // 142 and 143 end every pipeline (kommo-api.md §8.2).
    outcome:
      "CASE WHEN lead.status_id = 142 THEN 'won' WHEN lead.status_id = 143 THEN 'lost' " +
      "WHEN lead.status_id IS NOT NULL THEN 'open' END",
    loss_reason: inside('lead.loss_reason', '[0].name'),
    responsible_user_id: 'lead.responsible_user_id',
    responsible_user: 'person.name',
    tags: tagNames('lead'),
    created_at: localTime('lead.created_at'),
    updated_at: localTime('lead.updated_at'),
    closed_at: localTime('lead.closed_at'),
  },
  from:
    'leads AS lead\n' +
    'LEFT JOIN pipelines AS pipeline ON pipeline.id = lead.pipeline_id\n' +
    'LEFT JOIN statuses AS status ON status.pipeline_id = lead.pipeline_id AND status.id = lead.status_id\n' +
    'LEFT JOIN users AS person ON person.id = lead.responsible_user_id',
  where: [isAlive('lead')],
};

const before = (member: string) => inside('event.value_before', `[0].lead_status.${member}`);
const after = (member: string) => inside('event.value_after', `[0].lead_status.${member}`);

/** When the lead came to the stage that it left: at its move before, or when it was created. */
const entered =
  'coalesce((SELECT max(earlier.created_at) FROM events AS earlier WHERE earlier.entity_type = event.entity_type ' +
  "AND earlier.entity_id = event.entity_id AND earlier.type = 'lead_status_changed' " +
  'AND (earlier.created_at < event.created_at OR (earlier.created_at = event.created_at AND earlier.id < event.id))), ' +
  'lead.created_at)';

const stageOf = (stage: string, pipeline: string, at: (member: string) => string) =>
  `LEFT JOIN statuses AS ${stage} ON ${stage}.pipeline_id = ${at('pipeline_id')} AND ${stage}.id = ${at('id')}\n` +
  `LEFT JOIN pipelines AS ${pipeline} ON ${pipeline}.id = ${at('pipeline_id')}`;

export const leadStatusChanges: View = {
  name: 'lead_status_changes',
  summary:
    'Every move of a lead from one stage to another, of deleted leads too, and how long the lead had been in the ' +
    'stage that it left.',
  reads: ['events', 'leads', 'statuses', 'pipelines', 'users'],
  columns: {
    event_id: 'event.id',
    lead_id: 'event.entity_id',
    lead_is_deleted: `CASE WHEN lead.id IS NOT NULL THEN lead.${deletedAt} IS NOT NULL END`,
    changed_at: localTime('event.created_at'),
    changed_by: 'event.created_by',
    changed_by_name: 'person.name',
    from_pipeline_id: before('pipeline_id'),
    from_pipeline: 'from_pipeline.name',
    from_status_id: before('id'),
    from_status: 'from_stage.name',
    to_pipeline_id: after('pipeline_id'),
    to_pipeline: 'to_pipeline.name',
    to_status_id: after('id'),
    to_status: 'to_stage.name',
    from_entered_at: localTime(entered),
    days_in_from_status: `(event.created_at - ${entered}) / 86400.0`,
  },
  from:
    'events AS event\n' +
    'LEFT JOIN leads AS lead ON lead.id = event.entity_id\n' +
    'LEFT JOIN users AS person ON person.id = event.created_by\n' +
    `${stageOf('from_stage', 'from_pipeline', before)}\n${stageOf('to_stage', 'to_pipeline', after)}`,
  where: ["event.type = 'lead_status_changed'"],
};
