import { type Sighting, unknown } from '../finding.ts';
import type { Look, Probe, Sightings } from '../look.ts';
import { numberOf, placeOf, type Row } from '../questions.ts';

const kinds = {
  linksTouch: /_(un)?linked$/,
  tagsTouch: /^entity_tag_(added|deleted)$/,
  mergesTouch: /^entity_merged$/,
  restoresTouch: /_restored$/,
} as const;
const entities = { lead: 'leads', contact: 'contacts', company: 'companies' } as const;

const isEntity = (type: unknown): type is keyof typeof entities => Object.hasOwn(entities, String(type));
const eventsOf = ({ samples }: Look) => samples.find(({ list }) => list.name === 'events')?.rows ?? [];

/** Holds the seconds of events against the rows that they name. */
export const touches: Probe = {
  doubts: ['linksTouch', 'tagsTouch', 'mergesTouch', 'restoresTouch'],
  async look(look) {
    const sightings: Sightings = {};
    for (const name of Object.keys(kinds))
      sightings[name] = unknown('would need such an event among the newest');
    for (const [entity, list] of Object.entries(entities)) {
      const about = eventsOf(look).filter(
        ({ entity_type, type }) =>
          entity_type === entity && Object.values(kinds).some((kind) => kind.test(String(type))),
      );
      const rows = await named(look, list, about);
      for (const [name, kind] of Object.entries(kinds)) {
        const own = about.filter(({ type }) => kind.test(String(type)));
        const sighting = compare(own, rows, eventsOf(look));
        if (sighting === undefined) continue;
        delete sightings[name];
        sightings[`${name}.${list}`] = sighting;
      }
    }
    return sightings;
  },
};

async function named({ questions }: Look, list: string, events: readonly Row[]): Promise<Map<unknown, Row>> {
  const ids = [...new Set(events.map(({ entity_id }) => entity_id as number))].slice(0, 50);
  if (ids.length === 0) return new Map();
  const { rows } = await questions.askSurely(placeOf(list), { 'filter[id][]': ids, limit: 250 });
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * A row older than the event was not touched by it. One of exactly its second was, unless another event of that
 * second may have done it. A later one says nothing.
 */
function compare(
  events: readonly Row[],
  rows: ReadonlyMap<unknown, Row>,
  all: readonly Row[],
): Sighting | undefined {
  const seen = { touched: 0, untouched: 0 };
  for (const event of events) {
    const row = rows.get(event.entity_id);
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
