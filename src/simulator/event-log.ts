import type { KommoRecord } from './table.ts';

/** What is done to a record and leaves an event behind. */
export type Deed = 'added' | 'changed' | 'deleted' | 'restored';

/** What the log calls the records of a list, and the events whose names do not follow from that. */
interface Logged {
  entity: string;
  events?: Partial<Record<Deed, string>>;
}

const entities: Record<string, Logged> = {
  leads: { entity: 'lead', events: { changed: 'name_field_changed' } },
  contacts: { entity: 'contact', events: { changed: 'name_field_changed' } },
  companies: { entity: 'company', events: { changed: 'name_field_changed' } },
  customers: { entity: 'customer', events: { changed: 'name_field_changed' } },
  tasks: { entity: 'task', events: { changed: 'task_text_changed' } },
  catalog_elements: { entity: 'catalog_element' },
};

/** The event that a note of a type leaves behind; of deletions the log knows one kind only. */
const notes: Record<string, string> = {
  call_in: 'incoming_call',
  call_out: 'outgoing_call',
  sms_in: 'incoming_sms',
  sms_out: 'outgoing_sms',
  attachment: 'attachment_note_added',
  geolocation: 'geo_note_added',
  service_message: 'service_note_added',
  site_visit: 'site_visit_note_added',
  targeting_in: 'targeting_in_note_added',
  targeting_out: 'targeting_out_note_added',
  message_cashier: 'message_to_cashier_note_added',
};

/** What the log calls a record; elements go by their catalog (kommo-api.md §15). */
export function entityOf(list: string, record: () => KommoRecord): string {
  if (list === 'catalog_elements') return `catalog_${record().catalog_id}`;
  return entities[list]?.entity ?? list;
}

/** The event that a deed leaves in the log; undefined for one that leaves none. */
export function eventOf(
  deed: Deed,
  list: string,
  id: number | string,
  record: () => KommoRecord,
): KommoRecord | undefined {
  const logged = entities[list];
  if (logged !== undefined) {
    const type = logged.events?.[deed] ?? `${logged.entity}_${deed}`;
    return event(type, { entity: entityOf(list, record), id }, [], []);
  }
  const [parent = '', kind] = list.split('_');
  if (kind !== 'notes' || (deed !== 'added' && deed !== 'deleted')) return undefined;
  const { entity_id, note_type } = record();
  const about = { entity: entityOf(parent, record), id: entity_id as number };
  const note = [{ note: { id } }];
  if (deed === 'deleted') return event('common_note_deleted', about, [], note);
  return event(notes[String(note_type)] ?? 'common_note_added', about, note, []);
}

/** What an event is about. */
interface Named {
  entity: string;
  id: number | string;
}

/** The event of a link or of its end; `isNamed` lets its type say what was linked. */
export function linkEvent(
  what: 'linked' | 'unlinked',
  isNamed: boolean,
  one: Named,
  other: Named,
): KommoRecord {
  // Elements of catalogs have no type of their own.
  const subject = isNamed && !other.entity.startsWith('catalog_') ? other.entity : 'entity';
  const entity = { type: other.entity, id: other.id };
  return what === 'linked'
    ? event(`${subject}_linked`, one, [{ link: { entity } }], [])
    : event(`${subject}_unlinked`, one, [], [{ unlink: { entity } }]);
}

export function tagEvent(what: 'added' | 'deleted', one: Named, name: string): KommoRecord {
  const tag = [{ tag: { name } }];
  return event(`entity_tag_${what}`, one, what === 'added' ? tag : [], what === 'added' ? [] : tag);
}

/** The event of a merge, which tells of the record that is gone in one of three ways. */
export function mergeEvent(
  tells: 'value_before' | 'entity_id' | 'nothing',
  winner: Named,
  loser: number | string,
): KommoRecord {
  const gone = { type: winner.entity, id: loser };
  if (tells === 'entity_id') return event('entity_merged', { ...winner, id: loser }, [], []);
  return event('entity_merged', winner, [], tells === 'value_before' ? [{ link: { entity: gone } }] : []);
}

function event(type: string, { entity, id }: Named, after: object[], before: object[]): KommoRecord {
  return { type, entity_id: id, entity_type: entity, value_after: after, value_before: before };
}
