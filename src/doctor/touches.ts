import type { Sighting } from './finding.ts';
import { numberOf, type Row } from './questions.ts';

/** The events that may touch what they are about, by the doubt whether they do. */
export const kinds = {
  linksTouch: /_(un)?linked$/,
  tagsTouch: /^entity_tag_(added|deleted)$/,
  notesTouch: /_note_(added|deleted)$|^(incoming|outgoing)_(call|sms)$/,
  tasksTouch: /^task_/,
  mergesTouch: /^entity_merged$/,
  restoresTouch: /_restored$/,
} as const;

/** What the log calls the records of which we know the time of change. */
export const entities = { lead: 'leads', contact: 'contacts', company: 'companies' } as const;

export const isEntity = (type: unknown): type is keyof typeof entities =>
  Object.hasOwn(entities, String(type));

/** The events, those of tasks as events of the records that these tasks are about. */
export function subjectsOf(events: readonly Row[], tasks: readonly Row[]): Row[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const singular = new Map<unknown, string>(Object.entries(entities).map(([one, all]) => [all, one]));
  return events.map((event) => {
    const task = event.entity_type === 'task' ? byId.get(event.entity_id) : undefined;
    const type = singular.get(task?.entity_type);
    return type === undefined ? event : { ...event, entity_type: type, entity_id: task!.entity_id };
  });
}

/**
 * Whether events touched what they are about; undefined where they do not tell. `rowAt` gives the record as it was
 * after the event. A record older than the event was not touched by it. One of exactly its second was, unless another
 * of `all` events of that second may have done it. A later one says nothing.
 */
export function judge(
  events: readonly Row[],
  all: readonly Row[],
  rowAt: (event: Row) => Row | undefined,
): Sighting | undefined {
  const seen = { touched: 0, untouched: 0 };
  for (const event of events) {
    const row = rowAt(event);
    const at = numberOf(event, 'created_at');
    if (row === undefined || at <= 0 || Math.abs(numberOf(row, 'created_at') - at) <= 1) continue;
    const after = numberOf(row, 'updated_at') - at;
    if (after < -1) seen.untouched += 1;
    else if (after <= 1 && !isCrowded(event, all)) seen.touched += 1;
  }
  if (seen.touched + seen.untouched === 0) return undefined;
  return { value: seen.touched > 0, isMixed: seen.touched > 0 && seen.untouched > 0 };
}

function isCrowded({ entity_id, entity_type, type, created_at }: Row, all: readonly Row[]): boolean {
  return all.some(
    (other) =>
      other.entity_id === entity_id &&
      other.entity_type === entity_type &&
      other.type !== type &&
      Math.abs(numberOf(other, 'created_at') - (created_at as number)) <= 1,
  );
}
