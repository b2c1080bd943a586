import { type Sighting, unknown } from '../finding.ts';
import type { Look, Probe } from '../look.ts';
import { numberOf, type Place, placeOf, type Row } from '../questions.ts';

const yearSeconds = 365 * 86_400;

/** Whether the log goes back for more than a year. */
export const eventsReach: Probe = {
  doubts: ['eventsReach'],
  async look({ questions, samples, windows, clock }) {
    const needs = unknown('would need a filter of events that works, and leads that are older than a year');
    const yearAgo = Math.floor(clock.now() / 1000) - yearSeconds;
    const leads = samples.find(({ list }) => list.name === 'leads')?.rows ?? [];
    const isOld = leads.some(
      (row) => numberOf(row, 'created_at') > 0 && numberOf(row, 'created_at') < yearAgo,
    );
    if (!isOld || (windows.get('events') ?? []).length === 0) return { eventsReach: needs };
    const query = { 'filter[created_at][from]': 1, 'filter[created_at][to]': yearAgo, limit: 1 };
    const { status, rows } = await questions.askSurely(placeOf('events'), query);
    if (status >= 400) return { eventsReach: needs };
    return { eventsReach: { value: rows.length > 0 ? 'endless' : yearSeconds } };
  },
};

const notesOf = (entity: string): Place => ({
  name: `${entity}_notes`,
  path: `/api/v4/${entity}/notes`,
  envelope: 'notes',
});

/** Whether notes of leads and of contacts have the same ids, and what their empty `params` look like. */
export const notes: Probe = {
  doubts: ['noteIds', 'noteParams'],
  async look({ questions }) {
    const ofLeads = await questions.ask(notesOf('leads'), { limit: 250 });
    const ofContacts = await questions.ask(notesOf('contacts'), { limit: 250 });
    const ids = new Set(ofLeads.rows.map(({ id }) => id));
    const isRepeated = ofContacts.rows.some(({ id }) => ids.has(id));
    return {
      noteIds: isRepeated
        ? { value: 'repeated' }
        : unknown('would need all notes; none of the first ones share an id'),
      noteParams: emptyParams([...ofLeads.rows, ...ofContacts.rows]),
    };
  },
};

const enoughEmpty = 8;

function emptyParams(rows: readonly Row[]): Sighting {
  const empty = rows
    .map(({ params }) => params)
    .filter((params) => typeof params === 'object' && params !== null && Object.keys(params).length === 0);
  if (empty.length === 0) return unknown('would need notes without parameters');
  const lists = empty.filter((params) => Array.isArray(params)).length;
  if (lists > 0 && lists < empty.length) return { value: '[] and {}' };
  // One of each would be enough to know; a few of one kind are not.
  if (empty.length < enoughEmpty) return unknown('would need more notes without parameters');
  return { value: lists > 0 ? '[]' : '{}' };
}

/** Whether leads that nobody has accepted yet are in the list of leads. */
export const incomingLeads: Probe = {
  doubts: ['incomingLeads'],
  async look({ questions }: Look) {
    const unsorted: Place = { name: 'incoming_leads', path: '/api/v4/leads/unsorted', envelope: 'unsorted' };
    const { rows } = await questions.ask(unsorted, { limit: 50 });
    const ids = rows.flatMap(({ _embedded }) =>
      ((_embedded as { leads?: Row[] })?.leads ?? []).map(({ id }) => id),
    );
    const wanted = new Set(ids.filter((id) => typeof id === 'number'));
    if (wanted.size === 0) return { incomingLeads: unknown('would need a lead that waits to be accepted') };
    const listed = await questions.askSurely(placeOf('leads'), { 'filter[id][]': [...wanted], limit: 250 });
    if (listed.status >= 400) return { incomingLeads: unknown('would need a filter of leads that works') };
    const isListed = listed.rows.some(({ id }) => wanted.has(id as number));
    // An overlooked filter shows other leads, of which these may be missing by chance.
    if (!isListed && listed.rows.length > 0)
      return { incomingLeads: unknown('would need a filter of leads that works') };
    return { incomingLeads: { value: isListed ? 'listed' : 'not listed' } };
  },
};
