import { mix } from '../random.ts';
import type { KommoRecord } from '../table.ts';
import { kindOfEvent, typeOf } from './event-kinds.ts';
import { anySubject } from './touching-events.ts';
import { actor, type RecordBuilder, referenceTo, tableOf, type World } from './world.ts';

const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
/** The last letters of an event's id hold its row, so that an id is found without an index. */
const ROW_LETTERS = 5;

/** The id of an event: a lower-case ULID of 26 letters (observed-data.md §0.4), which rises with the events of a second. */
export function eventId(seed: number, row: number, createdAt: number): string {
  const milliseconds = createdAt * 1000 + (mix(seed, createdAt, 70) % 1000);
  const random = row * 2 ** 31 + (mix(seed, row, 71) >>> 1);
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

/** Events (kommo-api.md §15). Entity types are singular here. */
export function eventBuilder(world: World): RecordBuilder {
  const { seed } = world;
  const table = tableOf(world, 'events');
  const kindOf = (row: number) => kindOfEvent(mix(seed, row, 73));
  const entityOf = (row: number) => world.eventSubjects.get(row) ?? anySubject(world, kindOf(row), row);
  return {
    record(row) {
      const chance = mix(seed, row, 75);
      const kind = kindOf(row);
      const { after, before } = kind.values(world, chance);
      return {
        id: eventId(seed, row, table.createdAt[row]!),
        type: typeOf(world, kind),
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
      key === 'type' ? typeOf(world, kindOf(row)) : key === 'entity_type' ? kindOf(row).entity : undefined,
    rowOf: eventRow,
  };
}
