import { type Sighting, unknown } from '../finding.ts';
import type { Look, Probe, Sightings } from '../look.ts';
import { placeOf, type Row } from '../questions.ts';
import { entities, isEntity, judge, kinds, subjectsOf } from '../touches.ts';

const eventsOf = ({ samples }: Look) => samples.find(({ list }) => list.name === 'events')?.rows ?? [];

/** Holds the seconds of events against the rows that they name. */
export const touches: Probe = {
  doubts: ['linksTouch', 'tagsTouch', 'notesTouch', 'tasksTouch', 'mergesTouch', 'restoresTouch'],
  async look(look) {
    const sightings: Sightings = {};
    for (const name of Object.keys(kinds))
      sightings[name] = unknown('would need such an event among the newest');
    const tasks = look.samples.find(({ list }) => list.name === 'tasks')?.rows ?? [];
    const events = subjectsOf(eventsOf(look), tasks);
    for (const [entity, list] of Object.entries(entities)) {
      const about = events.filter(
        ({ entity_type, type }) =>
          entity_type === entity && Object.values(kinds).some((kind) => kind.test(String(type))),
      );
      const rows = await named(look, list, about);
      for (const [name, kind] of Object.entries(kinds)) {
        const own = about.filter(({ type }) => kind.test(String(type)));
        const sighting = judge(own, events, ({ entity_id }) => rows.get(entity_id));
        if (sighting === undefined) continue;
        delete sightings[name];
        sightings[`${name}.${list}`] = sighting;
      }
    }
    return sightings;
  },
};

/** The rows of those that most kinds of events are about: what is rare comes first. */
async function named({ questions }: Look, list: string, events: readonly Row[]): Promise<Map<unknown, Row>> {
  const byKind = Object.values(kinds)
    .map((kind) => events.filter(({ type }) => kind.test(String(type))))
    .sort((one, other) => one.length - other.length);
  const ids = [...new Set(byKind.flat().map(({ entity_id }) => entity_id as number))].slice(0, mostNamed);
  if (ids.length === 0) return new Map();
  const { rows } = await questions.askSurely(placeOf(list), { 'filter[id][]': ids, limit: 250 });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Ids in one question: its address must not get too long. */
const mostNamed = 100;

/** How events name links and merges. */
export const eventShapes: Probe = {
  doubts: ['linkEvents', 'mergedTells'],
  async look(look) {
    const events = eventsOf(look);
    const types = new Set(events.map(({ type }) => String(type)));
    const isNamed = [...types].some((type) => kinds.linksTouch.test(type) && !type.startsWith('entity_'));
    const isGeneric = types.has('entity_linked') || types.has('entity_unlinked');
    return {
      linkEvents:
        isNamed || isGeneric
          ? { value: isNamed ? 'named' : 'generic', isMixed: isNamed && isGeneric }
          : unknown('would need a link among the newest events'),
      mergedTells: await mergedTells(look, events),
    };
  },
};

async function mergedTells(look: Look, events: readonly Row[]): Promise<Sighting> {
  const merged = events.filter(({ type, entity_type }) => type === 'entity_merged' && isEntity(entity_type));
  const [first] = merged;
  if (first === undefined) return unknown('would need a merge among the newest events');
  if (merged.some(({ value_before }) => Array.isArray(value_before) && value_before.length > 0))
    return { value: 'value_before' };
  const list = entities[first.entity_type as keyof typeof entities];
  const own = merged.filter(({ entity_type }) => entity_type === first.entity_type);
  const rows = await named(look, list, own);
  const isListed = own.slice(0, 50).some(({ entity_id }) => rows.has(entity_id));
  return { value: isListed ? 'nothing' : 'entity_id' };
}

/** Asks for the events of one type that is there, beside others. */
export const eventTypes: Probe = {
  doubts: ['eventTypes'],
  async look(look) {
    const events = eventsOf(look);
    const types = [...new Set(events.map(({ type }) => String(type)))];
    const [type] = types;
    if (type === undefined || types.length < 2)
      return { eventTypes: unknown('would need events of two types') };
    if ((look.windows.get('events') ?? []).length === 0)
      return { eventTypes: unknown('would need a filter of events that works') };
    const reply = await look.questions.askSurely(placeOf('events'), { 'filter[type][]': [type], limit: 250 });
    if (reply.status >= 400) return { eventTypes: { value: 'rejected' } };
    if (reply.rows.length === 0) return { eventTypes: unknown('no answer came') };
    const isObeyed = reply.rows.every((row) => row.type === type);
    return { eventTypes: { value: isObeyed ? 'honoured' : 'ignored' } };
  },
};
