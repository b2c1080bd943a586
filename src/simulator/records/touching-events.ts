import { mix } from '../random.ts';
import { readingFor } from '../readings.ts';
import type { Table } from '../table.ts';
import { type EventKind, kindOfEvent } from './event-kinds.ts';
import { referenceTo, tableOf, type World } from './world.ts';

const listOf = { lead: 'leads', contact: 'contacts', company: 'companies', task: 'tasks' } as const;

/** What events can be about, in the order of the seconds in which it was touched last. */
interface Subjects {
  ids: readonly number[];
  seconds: readonly number[];
  /** The first one that no event has changed yet. */
  free: number;
  /** An event moves so many seconds at most. */
  nearness: number;
}

/**
 * The records that the events of the past are about, by row, where the readings say that such an event touches its
 * record. It is the last change of the record if there was one soon afterwards, and moves into its very second;
 * else it comes before the last change of some record; and whose last change would lie before it is gone.
 */
export function agreeWithRecords(world: World, events: Table): Map<number, number> {
  const about = new Map<number, number>();
  const known = new Map<string, Subjects>();
  // Rows of the log are in the order of time.
  for (let row = 0; row < events.size; row++) {
    const kind = kindOfEvent(mix(world.seed, row, 73));
    if (!isTouching(world, kind)) continue;
    if (kind.type === 'entity_merged' && world.readings.mergedTells === 'entity_id') {
      about.set(row, goneSubject(world, kind.entity, mix(world.seed, row, 74)));
      continue;
    }
    const subjects = known.get(kind.entity) ?? subjectsOf(world, kind.entity);
    known.set(kind.entity, subjects);
    about.set(row, takeSubject(world, kind, subjects, events, row));
  }
  return about;
}

/** What an event is about that touches nothing. */
export function anySubject(world: World, { entity, isGone }: EventKind, row: number): number {
  const chance = mix(world.seed, row, 74);
  return isGone ? goneSubject(world, entity, chance) : (referenceTo(world, listOf[entity], chance) ?? 1);
}

/** Ids below the first one belong to what was deleted before anybody looked. */
function goneSubject(world: World, entity: EventKind['entity'], chance: number): number {
  return tableOf(world, listOf[entity]).firstId - (chance % 100_000);
}

function isTouching({ readings }: World, { touches, entity }: EventKind): boolean {
  if (touches === undefined) return false;
  // What a task is about may be in any list.
  return entity === 'task' ? readings[touches] !== false : readingFor(readings, touches, listOf[entity]);
}

function subjectsOf(world: World, entity: EventKind['entity']): Subjects {
  const table = tableOf(world, listOf[entity]);
  const found: { id: number; second: number }[] = [];
  for (let row = 0; row < table.historySize; row++) {
    const second = entity === 'task' ? subjectTouched(world, row) : editedAt(table, row);
    if (second !== undefined) found.push({ id: table.ids[row]!, second });
  }
  found.sort((one, other) => one.second - other.second);
  const seconds = found.map(({ second }) => second);
  const nearness = ((seconds.at(-1) ?? 0) - (seconds[0] ?? 0)) / Math.max(1, found.length);
  return { ids: found.map(({ id }) => id), seconds, free: 0, nearness };
}

/** The second of the last change; undefined for what was only created. */
function editedAt(table: Table, row: number): number | undefined {
  const second = table.updatedAt[row]!;
  return second > table.createdAt[row]! + 1 ? second : undefined;
}

/** When that was changed last which a task is about, where tasks touch it. */
function subjectTouched(world: World, row: number): number | undefined {
  const { entity_type, entity_id } = world.record('tasks', row);
  const list = String(entity_type);
  if (typeof entity_id !== 'number' || !readingFor(world.readings, 'tasksTouch', list)) return undefined;
  const table = tableOf(world, list);
  return editedAt(table, table.rowOf(entity_id));
}

function takeSubject(
  world: World,
  { entity }: EventKind,
  subjects: Subjects,
  events: Table,
  row: number,
): number {
  const { ids, seconds, free, nearness } = subjects;
  const chance = mix(world.seed, row, 74);
  const at = events.createdAt[row]!;
  const later = firstFrom(seconds, at);
  if (later === ids.length) return goneSubject(world, entity, chance);
  const next = Math.max(later, free);
  if (next === ids.length || seconds[next]! - at > nearness)
    return ids[later + (chance % (ids.length - later))]!;
  events.createdAt[row] = seconds[next]!;
  events.updatedAt[row] = seconds[next]!;
  subjects.free = next + 1;
  return ids[next]!;
}

/** The place of the first second that is not before this one. */
function firstFrom(seconds: readonly number[], second: number): number {
  let low = 0;
  let high = seconds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seconds[middle]! < second) low = middle + 1;
    else high = middle;
  }
  return low;
}
