import { eventBuilder } from './records/event.ts';
import { leadBuilder } from './records/lead.ts';
import { companyBuilder, contactBuilder } from './records/person.ts';
import { pipelineBuilder } from './records/pipeline.ts';
import { customFieldBuilder, lossReasonBuilder, roleBuilder, tagBuilder } from './records/settings.ts';
import { taskBuilder } from './records/task.ts';
import { userBuilder } from './records/user.ts';
import type { RecordBuilder, World } from './records/world.ts';

/** What a list of Kommo is like: one entry makes it served, filtered, ordered and editable. */
export interface ListDeclaration {
  /** The name under which the account, the statistics and the readings know it. */
  name: string;
  /** Below /api/v4/. */
  path: string;
  /** Where the records stand in `_embedded`. */
  key: string;
  /** Which keys stand beside them (kommo-api.md §5): `_page`; counts of rows and pages as well; the count of rows only. */
  envelope: 'page' | 'counted' | 'total';
  paged: boolean;
  /** Keys that `order[…]` obeys; others are overlooked (kommo-api.md §6). */
  orders: readonly string[];
  /** Times that may be filtered, and what a scalar means there (kommo-api.md §6). */
  dates: readonly string[];
  scalarDate: 'equal' | 'after';
  /** Filters that compare a value: the name in the query and the key in the record. */
  values: Readonly<Record<string, string>>;
  /** `with=only_deleted` shows the bin. */
  bin: boolean;
  /** A missing record by id: 204 or 404 (kommo-api.md §4). */
  missing: 204 | 404;
  /** Where a record shows its version. */
  marker: 'price' | 'duration' | 'name' | 'none';
  builder(world: World): RecordBuilder;
}

const plain = {
  envelope: 'page',
  paged: true,
  orders: [],
  dates: [],
  scalarDate: 'equal',
  values: { id: 'id' },
  bin: false,
  missing: 404,
  marker: 'name',
} as const;

const entityValues = {
  id: 'id',
  name: 'name',
  created_by: 'created_by',
  updated_by: 'updated_by',
  responsible_user_id: 'responsible_user_id',
};

/** All lists of an account. */
export const listDeclarations: readonly ListDeclaration[] = [
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
    marker: 'price',
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
    marker: 'duration',
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
    marker: 'none',
    builder: eventBuilder,
  },
  {
    ...plain,
    name: 'pipelines',
    path: 'leads/pipelines',
    key: 'pipelines',
    envelope: 'total',
    paged: false,
    values: {},
    builder: pipelineBuilder,
  },
  {
    ...plain,
    name: 'users',
    path: 'users',
    key: 'users',
    envelope: 'counted',
    values: {},
    builder: userBuilder,
  },
  {
    ...plain,
    name: 'roles',
    path: 'roles',
    key: 'roles',
    envelope: 'counted',
    values: {},
    builder: roleBuilder,
  },
  {
    ...plain,
    name: 'loss_reasons',
    path: 'leads/loss_reasons',
    key: 'loss_reasons',
    values: {},
    builder: lossReasonBuilder,
  },
  ...(['leads', 'contacts', 'companies'] as const).flatMap((entity): ListDeclaration[] => {
    const tags = `${{ leads: 'lead', contacts: 'contact', companies: 'company' }[entity]}_tags`;
    const fields = `${{ leads: 'lead', contacts: 'contact', companies: 'company' }[entity]}_custom_fields`;
    return [
      {
        ...plain,
        name: tags,
        path: `${entity}/tags`,
        key: 'tags',
        values: { id: 'id', name: 'name' },
        builder: (world) => tagBuilder(world, tags),
      },
      {
        ...plain,
        name: fields,
        path: `${entity}/custom_fields`,
        key: 'custom_fields',
        envelope: 'counted',
        orders: ['sort', 'id'],
        values: { id: 'id', type: 'type' },
        builder: (world) => customFieldBuilder(world, entity),
      },
    ];
  }),
];
