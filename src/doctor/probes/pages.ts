import { type Sighting, unknown } from '../finding.ts';
import type { Look, Probe, Sightings } from '../look.ts';
import { placeOf } from '../questions.ts';
import type { Sample } from '../sample.ts';
import { share } from './filters.ts';

const needsRows = unknown('would need a list of more than 250 records');
const comesShort = unknown('pages come short, so that their size says nothing');

/** The size of pages that are followed by others: always the same, or short for one of two reasons. */
export const pageSize: Probe = {
  doubts: ['pageCap', 'overLimit', 'shortPages', 'cutPages'],
  async look(look) {
    const sightings: Sightings = {};
    const cut = { pages: 0, short: 0 };
    for (const sample of look.samples) {
      const { name } = sample.list;
      const { pageCap, shortPages, overLimit, lengths } = sample.isLong
        ? await measure(look, sample)
        : { pageCap: needsRows, shortPages: needsRows, overLimit: needsRows, lengths: [] };
      sightings[`pageCap.${name}`] = pageCap;
      sightings[`shortPages.${name}`] = shortPages;
      if (overLimit.value !== undefined || sightings.overLimit === undefined) sightings.overLimit = overLimit;
      if (lengths.length === 0) continue;
      cut.pages += lengths.length;
      cut.short += lengths.filter((length) => length < Math.max(...lengths)).length;
    }
    sightings.overLimit ??= needsRows;
    sightings.cutPages =
      cut.pages === 0
        ? needsRows
        : {
            value: share(cut.short, cut.pages),
            isMixed: cut.short > 0,
            follows: `${cut.short} of ${cut.pages} pages`,
          };
    return sightings;
  },
};

interface Measured {
  pageCap: Sighting;
  shortPages: Sighting;
  overLimit: Sighting;
  /** Rows of the same page, asked for more than once. */
  lengths: readonly number[];
}

async function measure({ questions, short }: Look, { list, first, again }: Sample): Promise<Measured> {
  const count = async (limit: number) =>
    (await questions.askSurely(placeOf(list.name), { limit })).rows.length;
  const lengths = [first.rows.length, again.rows.length];
  if (lengths[0] !== lengths[1]) lengths.push(await count(250));
  const largest = Math.max(...lengths);
  if (largest < 250) {
    const few = await count(50);
    if (few < Math.min(50, largest)) {
      short.add(list.name);
      const hidden = {
        value: share(50 - few, 50),
        follows: 'rows are hidden from this token and keep their places',
      };
      return { pageCap: comesShort, shortPages: hidden, overLimit: comesShort, lengths: [] };
    }
  }
  const hundred = largest === 50 ? await count(100) : 0;
  const pageCap = Math.max(largest, hundred);
  const over = pageCap === 250 ? await count(500) : largest;
  const overLimit: Sighting =
    pageCap <= 50
      ? unknown('would need pages of more than 50 rows, which nobody gets here')
      : { value: over > 50 ? 'clamp' : 'default' };
  return { pageCap: { value: pageCap }, shortPages: { value: 0 }, overLimit, lengths };
}

/** Whether a page that is followed says so, and one that is not does not. */
export const next: Probe = {
  doubts: ['next'],
  async look({ questions, samples, windows, short }) {
    const sightings: Sightings = {};
    for (const { list, rows, first, isLong } of samples) {
      const name = `next.${list.name}`;
      if (rows.length < 3) {
        sightings[name] = unknown('would need three records');
        continue;
      }
      const open = isLong ? first : await questions.askSurely(placeOf(list.name), { limit: 2 });
      const closed = isLong ? windows.get(list.name)?.find(({ rows }) => rows.length < 20) : first;
      if (!open.hasNext) sightings[name] = { value: 'never' };
      else if (closed === undefined || short.has(list.name))
        sightings[name] = unknown('would need a filter that works, to see the end of a list');
      else sightings[name] = { value: closed.hasNext ? 'always' : 'honest' };
    }
    return sightings;
  },
};
