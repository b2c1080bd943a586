import { type Sighting, unknown } from '../finding.ts';
import type { Look, Probe, Sightings } from '../look.ts';
import { numberOf, placeOf, type Reply } from '../questions.ts';
import type { Sample } from '../sample.ts';

const conditional = new Set(['leads', 'contacts', 'companies', 'tasks']);

/** What lists make of `If-Modified-Since`, which is recommended for four of them. */
export const ifModifiedSince: Probe = {
  doubts: ['ifModifiedSince'],
  async look(look) {
    const sightings: Sightings = {};
    for (const sample of look.samples) {
      const { name } = sample.list;
      if (conditional.has(name)) sightings[`ifModifiedSince.${name}`] = await conditionOf(look, sample);
    }
    return sightings;
  },
};

async function conditionOf({ questions, transport }: Look, { list, rows }: Sample): Promise<Sighting> {
  const place = placeOf(list.name);
  const seconds = rows.map((row) => numberOf(row, 'updated_at')).sort((one, other) => one - other);
  const [oldest, middle] = [seconds[0]!, seconds[seconds.length >> 1]!];
  const servedAt = transport.exchanges.findLast(({ servedAt }) => servedAt !== undefined)?.servedAt;
  if (servedAt === undefined) return unknown('would need answers with a Date');
  let reply: Reply;
  let tries = 0;
  // What has changed meanwhile brings an answer all the same.
  do {
    reply = await questions.askSince(servedAt, place, { 'order[updated_at]': 'desc', limit: 1 });
    tries += 1;
  } while (tries < 3 && reply.rows.some((row) => numberOf(row, 'updated_at') >= servedAt));
  if (reply.status === 200) return { value: 'ignored' };
  if (reply.status !== 304) return unknown('would need an answer to a list with that header');
  if (oldest >= middle) return { value: '304', follows: 'all of the sample changed in one second' };
  const { rows: newer } = await questions.askSince(middle - 1, place, { limit: 250 });
  const isNarrowed = newer.length > 0 && newer.every((row) => numberOf(row, 'updated_at') >= middle);
  return { value: isNarrowed ? 'newer' : '304' };
}
