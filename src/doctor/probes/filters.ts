import type { Sighting } from '../finding.ts';
import { unknown } from '../finding.ts';
import type { Look, Probe, Sightings } from '../look.ts';
import { numberOf, placeOf, type Reply } from '../questions.ts';
import type { Sample } from '../sample.ts';

/** Asks each list for a second long gone, and for a window between three changes that are known. */
export const filters: Probe = {
  doubts: ['filters', 'filterLapses'],
  async look(look) {
    const sightings: Sightings = {};
    const total = { asked: 0, overlooked: 0 };
    for (const sample of look.samples) {
      const { sighting, asked, overlooked } = await tryList(look, sample);
      sightings[`filters.${sample.list.name}`] = sighting;
      if (sighting.value !== 'honoured') continue;
      total.asked += asked;
      total.overlooked += overlooked;
    }
    const { asked, overlooked } = total;
    sightings.filterLapses =
      asked < 8
        ? unknown('would need more lists whose filters work')
        : {
            value: share(overlooked, asked),
            isMixed: overlooked > 0,
            follows: `${overlooked} of ${asked} questions`,
          };
    return sightings;
  },
};

export const share = (part: number, whole: number) => Math.round((100 * part) / whole) / 100;

async function tryList(
  { questions, windows }: Look,
  { list, window }: Sample,
): Promise<{ sighting: Sighting; asked: number; overlooked: number }> {
  const place = placeOf(list.name);
  const within = (from: number, to: number) => ({
    [`filter[${list.cursor}][from]`]: from,
    [`filter[${list.cursor}][to]`]: to,
    limit: 250,
  });
  const past = [await questions.ask(place, within(1, 2))];
  if (past.every(({ status }) => status >= 400))
    return { sighting: { value: 'rejected' }, asked: 1, overlooked: 0 };
  const inside: Reply[] = [];
  if (window !== undefined)
    for (const _ of [1, 2]) inside.push(await questions.askSurely(place, within(window.from, window.to)));
  const isOutside = (reply: Reply) =>
    reply.rows.some((row) => {
      const second = numberOf(row, list.cursor);
      return second < window!.from || second > window!.to;
    });
  const kept = inside.filter((reply) => reply.rows.length > 0 && !isOutside(reply));
  windows.set(list.name, kept);
  const asked = past.length + inside.filter(({ rows }) => rows.length > 0).length;
  const overlooked = past.filter(({ rows }) => rows.length > 0).length + inside.filter(isOutside).length;
  if (overlooked === asked) return { sighting: { value: 'ignored' }, asked, overlooked };
  // Nothing in a window of the past may also be an answer that came too early to be true.
  if (kept.length === 0)
    return { sighting: unknown('would need changes in three different seconds'), asked: 0, overlooked: 0 };
  return { sighting: { value: 'honoured', isMixed: overlooked > 0 }, asked, overlooked };
}
