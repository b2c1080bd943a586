import { mix } from '../random.ts';
import type { KommoRecord } from '../table.ts';
import { pipelineStatuses } from './pipeline.ts';
import { actor, type RecordBuilder, referenceTo, tableOf, type World } from './world.ts';

const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
/** The last letters of an event's id hold its row, so that an id is found without an index. */
const ROW_LETTERS = 5;

/** The id of an event: a lower-case ULID of 26 letters (observed-data.md §0.4). */
export function eventId(seed: number, row: number, createdAt: number): string {
  const milliseconds = createdAt * 1000 + (mix(seed, row, 70) % 1000);
  const random = mix(seed, row, 71) * 2048 + (mix(seed, row, 72) % 2048);
  return letters(milliseconds, 10) + letters(random, 11) + letters(row, ROW_LETTERS);
}

/** The row that an event's id speaks of, whether it exists or not; -1 for other texts. */
export function eventRow(id: string): number {
  if (id.length !== 26) return -1;
  let row = 0;
  for (const letter of id.slice(-ROW_LETTERS)) row = row * 32 + LETTERS.indexOf(letter);
  return row;
}

function letters(value: number, length: number): string {
  let text = '';
  for (let index = 0; index < length; index++) {
    text = LETTERS[value % 32]! + text;
    value = Math.floor(value / 32);
  }
  return text;
}

interface EventKind {
  type: string;
  entity: 'lead' | 'contact' | 'company' | 'task';
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
  { type: 'common_note_added', entity: 'lead', values: note },
  { type: 'incoming_call', entity: 'contact', values: note },
  { type: 'task_added', entity: 'task', values: () => nothing },
  { type: 'task_completed', entity: 'task', values: () => nothing },
  {
    type: 'task_deadline_changed',
    entity: 'task',
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
    entity: 'lead',
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

const listOf = { lead: 'leads', contact: 'contacts', company: 'companies', task: 'tasks' } as const;

/** Events (kommo-api.md §15). Entity types are singular here. */
export function eventBuilder(world: World): RecordBuilder {
  const { seed } = world;
  const table = tableOf(world, 'events');
  const kindOf = (row: number) => kinds[mix(seed, row, 73) % kinds.length]!;
  const entityOf = (row: number) => referenceTo(world, listOf[kindOf(row).entity], mix(seed, row, 74)) ?? 1;
  return {
    record(row) {
      const chance = mix(seed, row, 75);
      const kind = kindOf(row);
      const { after, before } = kind.values(world, chance);
      return {
        id: eventId(seed, row, table.createdAt[row]!),
        type: kind.type,
        entity_id: entityOf(row),
        entity_type: kind.entity,
        created_by: actor(world, mix(seed, row, 76)),
        created_at: table.createdAt[row],
        value_after: after,
        value_before: before,
        account_id: world.accountId,
      };
    },
    embedded(row, wanted) {
      const chance = mix(seed, row, 75);
      const override = table.overrides.get(row);
      const entity: KommoRecord = { id: override?.entity_id ?? entityOf(row) };
      if (wanted.has(`${kindOf(row).entity}_name`)) entity.name = `Name ${entity.id}`;
      if (kindOf(row).type === 'incoming_chat_message') {
        entity.linked_talk_contact_id = referenceTo(world, 'contacts', chance);
      }
      return { entity };
    },
    value: (row, key) =>
      key === 'type' ? kindOf(row).type : key === 'entity_type' ? kindOf(row).entity : undefined,
    rowOf: eventRow,
  };
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
