import { counted, type ListDeclaration, plain, total } from '../list-declaration.ts';
import { eventBuilder } from '../records/event.ts';
import { leadBuilder, PRICE_STEP } from '../records/lead.ts';
import { companyBuilder, contactBuilder } from '../records/person.ts';
import { pipelineBuilder } from '../records/pipeline.ts';
import { DURATION_STEP, taskBuilder } from '../records/task.ts';
import { userBuilder } from '../records/user.ts';

const entityValues = {
  id: 'id',
  name: 'name',
  created_by: 'created_by',
  updated_by: 'updated_by',
  responsible_user_id: 'responsible_user_id',
};

/** What is sold to whom, by whom, and what happened. */
export const coreLists: readonly ListDeclaration[] = [
  {
    ...plain,
    name: 'leads',
    path: 'leads',
    key: 'leads',
    orders: ['created_at', 'updated_at', 'id'],
    dates: ['created_at', 'updated_at', 'closed_at', 'closest_task_at'],
    values: { ...entityValues, price: 'price', pipeline_id: 'pipeline_id' },
    bin: true,
    missing: 204,
    marker: { field: 'price', unit: 1, modulus: PRICE_STEP },
    rows: (size) => size.leads,
    firstId: 10_000_000,
    builder: leadBuilder,
  },
  {
    ...plain,
    name: 'contacts',
    path: 'contacts',
    key: 'contacts',
    orders: ['updated_at', 'id'],
    dates: ['created_at', 'updated_at', 'closest_task_at'],
    values: entityValues,
    bin: true,
    missing: 204,
    rows: (size) => size.contacts,
    firstId: 40_000_000,
    builder: contactBuilder,
  },
  {
    ...plain,
    name: 'companies',
    path: 'companies',
    key: 'companies',
    orders: ['updated_at', 'id'],
    dates: ['created_at', 'updated_at', 'closest_task_at'],
    values: entityValues,
    bin: true,
    missing: 204,
    rows: (size) => size.companies,
    firstId: 70_000_000,
    builder: companyBuilder,
  },
  {
    ...plain,
    name: 'tasks',
    path: 'tasks',
    key: 'tasks',
    // Not by updated_at, although it can be filtered by it (kommo-api.md §12).
    orders: ['created_at', 'complete_till', 'id'],
    dates: ['updated_at'],
    scalarDate: 'after',
    values: {
      id: 'id',
      responsible_user_id: 'responsible_user_id',
      is_completed: 'is_completed',
      task_type: 'task_type_id',
      task_type_id: 'task_type_id',
      entity_type: 'entity_type',
      entity_id: 'entity_id',
    },
    marker: { field: 'duration', unit: DURATION_STEP, modulus: Number.MAX_SAFE_INTEGER },
    subject: {
      doubt: 'tasksTouch',
      of: ({ entity_type, entity_id }) =>
        typeof entity_id === 'number' ? { list: String(entity_type), id: entity_id } : undefined,
    },
    rows: (size) => size.tasks,
    firstId: 20_000_000,
    builder: taskBuilder,
  },
  {
    ...plain,
    name: 'events',
    path: 'events',
    key: 'events',
    dates: ['created_at'],
    scalarDate: 'after',
    values: {
      id: 'id',
      type: 'type',
      created_by: 'created_by',
      entity: 'entity_type',
      entity_id: 'entity_id',
    },
    marker: undefined,
    textual: true,
    rows: (size) => size.events,
    firstId: 0,
    builder: eventBuilder,
  },
  {
    ...plain,
    name: 'pipelines',
    path: 'leads/pipelines',
    key: 'pipelines',
    envelope: total,
    paged: false,
    values: {},
    rows: (size) => size.pipelines,
    firstId: 3_000_000,
    builder: pipelineBuilder,
  },
  {
    ...plain,
    name: 'users',
    path: 'users',
    key: 'users',
    envelope: counted,
    values: {},
    rows: (size) => size.users,
    firstId: 3_800_000,
    builder: userBuilder,
  },
];
