import { pipelineStatuses } from './pipeline.ts';
import { actor, referenceTo, tableOf, type World } from './world.ts';

/** What happened, and what the values on both sides look like. */
export interface EventKind {
  type: string;
  /** Its type where events of links name what was linked. */
  named?: string;
  entity: 'lead' | 'contact' | 'company' | 'task';
  /** What it happened to is in no list any more. */
  isGone?: true;
  /** The reading that says whether it gave its record, or the one that its task is about, a new time of change. */
  touches?: 'linksTouch' | 'tagsTouch' | 'notesTouch' | 'tasksTouch' | 'mergesTouch' | 'restoresTouch';
  values(world: World, chance: number): { after: object[]; before: object[] };
}

const nothing = { after: [], before: [] };
const note = (_: World, chance: number) => ({
  after: [{ note: { id: 400_000_000 + (chance % 999_983) } }],
  before: [],
});

/** The shapes of kommo-api.md §15, the frequent ones more than once. */
const kinds: EventKind[] = [
  { type: 'lead_added', entity: 'lead', values: note },
  { type: 'lead_status_changed', entity: 'lead', values: statusChange },
  { type: 'lead_status_changed', entity: 'lead', values: statusChange },
  { type: 'contact_added', entity: 'contact', values: note },
  { type: 'company_added', entity: 'company', values: note },
  { type: 'common_note_added', entity: 'lead', touches: 'notesTouch', values: note },
  { type: 'incoming_call', entity: 'contact', touches: 'notesTouch', values: note },
  { type: 'task_added', entity: 'task', touches: 'tasksTouch', values: () => nothing },
  { type: 'task_completed', entity: 'task', touches: 'tasksTouch', values: () => nothing },
  {
    type: 'task_deadline_changed',
    entity: 'task',
    touches: 'tasksTouch',
    values: (_, chance) => ({
      after: [{ task_deadline: { timestamp: 1_700_000_000 + (chance % 1_000_000) } }],
      before: [{ task_deadline: { timestamp: 1_690_000_000 + (chance % 1_000_000) } }],
    }),
  },
  {
    type: 'entity_responsible_changed',
    entity: 'lead',
    values: (world, chance) => ({
      after: [{ responsible_user: { id: actor(world, chance) } }],
      before: [{ responsible_user: { id: actor(world, chance >>> 3) } }],
    }),
  },
  {
    type: 'entity_tag_added',
    entity: 'lead',
    touches: 'tagsTouch',
    values: (_, chance) => ({
      after: [{ tag: { name: 'vip' } }, { tag: { name: 'горячий' } }].slice(0, 1 + (chance % 2)),
      before: [],
    }),
  },
  {
    type: 'custom_field_value_changed',
    entity: 'lead',
    values: (_, chance) => ({
      after: [
        {
          custom_field_value: {
            field_id: 300_002,
            field_type: 2,
            enum_id: null,
            text: String(chance % 1000),
          },
        },
        { custom_field_value: { field_id: 300_005, field_type: 5, enum_id: 3_000_051, text: 'Option 1' } },
      ].slice(0, 1 + (chance % 2)),
      before:
        chance % 3 === 0
          ? []
          : [{ custom_field_value: { field_id: 300_002, field_type: 2, enum_id: null, text: '' } }],
    }),
  },
  {
    type: 'sale_field_changed',
    entity: 'lead',
    values: (_, chance) => ({
      after: [{ sale_field_value: { sale: chance % 100_000 } }],
      before: [{ sale_field_value: { sale: 0 } }],
    }),
  },
  {
    type: 'entity_linked',
    named: 'contact_linked',
    entity: 'lead',
    touches: 'linksTouch',
    values: (world, chance) => ({
      after: [{ link: { entity: { type: 'contact', id: referenceTo(world, 'contacts', chance) } } }],
      before: [],
    }),
  },
  {
    type: 'incoming_chat_message',
    entity: 'lead',
    values: (_, chance) => ({
      after: [
        {
          message: {
            id: `b1f0${chance % 10}c2a-7a1f-4f0c-9d51-${chance.toString(16).padStart(12, '0')}`,
            origin: 'telegram',
            talk_id: chance % 5000,
          },
        },
      ],
      before: [],
    }),
  },
  {
    type: 'robot_replied',
    entity: 'lead',
    values: (_, chance) => ({ after: [{ helpbot: { id: chance % 50 } }], before: [] }),
  },
];

/** What only the log tells of; each of these is rare. */
const endings: EventKind[] = [
  { type: 'lead_deleted', entity: 'lead', isGone: true, values: () => nothing },
  { type: 'contact_deleted', entity: 'contact', isGone: true, values: () => nothing },
  { type: 'company_deleted', entity: 'company', isGone: true, values: () => nothing },
  { type: 'task_deleted', entity: 'task', isGone: true, values: () => nothing },
  { type: 'lead_restored', entity: 'lead', touches: 'restoresTouch', values: () => nothing },
  { type: 'entity_merged', entity: 'contact', touches: 'mergesTouch', values: merge },
  {
    type: 'common_note_deleted',
    entity: 'lead',
    touches: 'notesTouch',
    values: (_, chance) => ({ after: [], before: [{ note: { id: 300_000_000 + (chance % 999_983) } }] }),
  },
];

/** The kind of an event, by chance. */
export function kindOfEvent(chance: number): EventKind {
  const rare = chance >>> 8;
  return rare % 40 === 0 ? endings[(rare >>> 6) % endings.length]! : kinds[chance % kinds.length]!;
}

/** The type of an event under the readings of the account. */
export function typeOf({ readings }: World, { type, named }: EventKind): string {
  return readings.linkEvents === 'named' ? (named ?? type) : type;
}

function merge(world: World, chance: number): { after: object[]; before: object[] } {
  const gone = { type: 'contact', id: tableOf(world, 'contacts').firstId - (chance % 100_000) };
  return world.readings.mergedTells === 'value_before'
    ? { after: [], before: [{ link: { entity: gone } }] }
    : nothing;
}

function statusChange(world: World, chance: number): { after: object[]; before: object[] } {
  const pipelines = tableOf(world, 'pipelines');
  if (pipelines.historySize === 0) return nothing;
  const row = chance % pipelines.historySize;
  const statuses = pipelineStatuses(row);
  const step = (index: number) => ({
    lead_status: { id: statuses[index % statuses.length], pipeline_id: pipelines.ids[row] },
  });
  return { after: [step((chance >>> 4) + 1)], before: [step(chance >>> 4)] };
}
