import { unknown } from '../finding.ts';
import type { Look, Probe, Sightings } from '../look.ts';
import { idsOf, placeOf, type Reply } from '../questions.ts';
import type { Sample } from '../sample.ts';

const needsRows = unknown('would need a list of more than 100 records, none of them hidden');

/** Pages of one row reach deep at little cost; the longest list is asked. */
export const depth: Probe = {
  doubts: ['maximumPage', 'beyondDepth'],
  async look({ questions, samples, short }) {
    const [longest] = samples
      .filter(
        ({ list, rows, isLong }) =>
          list.order !== undefined && (isLong || rows.length > 100) && !short.has(list.name),
      )
      .sort((one, other) => other.rows.length - one.rows.length);
    if (longest === undefined) return { maximumPage: needsRows, beyondDepth: needsRows };
    const { list, rows, isLong } = longest;
    const page = (page: number) =>
      questions.askSurely(placeOf(list.name), { 'order[id]': 'asc', limit: 1, page });
    const third = isLong ? await questions.ask(placeOf(list.name), { limit: 250, page: 3 }) : undefined;
    const known = new Set(rows.map(({ id }) => id));
    const deepest = rows.length + (third?.rows.filter(({ id }) => !known.has(id)).length ?? 0);
    if (deepest <= 100) return { maximumPage: needsRows, beyondDepth: needsRows };
    const last = await page(deepest);
    const before = await page(deepest - 1);
    const isRepeated = last.rows.length > 0 && idsOf(last.rows) === idsOf(before.rows);
    if (last.rows.length > 0 && !isRepeated) {
      return {
        maximumPage: { value: 'none', follows: `page ${deepest} was given, deeper ones were not asked for` },
        beyondDepth: unknown('would need a list that ends before its rows do'),
      };
    }
    let [given, refused] = [1, deepest - 1];
    while (refused - given > 1) {
      const middle = Math.floor((given + refused) / 2);
      const reply = await page(middle);
      const isGiven = reply.rows.length > 0 && idsOf(reply.rows) !== idsOf(last.rows);
      if (isGiven) given = middle;
      else refused = middle;
    }
    // The last page that is given looks like those behind it where it is repeated.
    const maximum = isRepeated ? refused : given;
    return { maximumPage: { value: maximum }, beyondDepth: { value: behind(last) } };
  },
};

function behind({ status, rows }: Reply): string {
  if (rows.length > 0) return 'repeat';
  return status === 204 ? '204' : 'empty';
}

/** The page behind the last row of a few that are known to be all. */
export const beyondEnd: Probe = {
  doubts: ['beyondEnd'],
  async look(look) {
    const sightings: Sightings = {};
    for (const sample of look.samples)
      sightings[`beyondEnd.${sample.list.name}`] = await behindEnd(look, sample);
    return sightings;
  },
};

async function behindEnd({ questions, windows, short }: Look, { list, window, isLong, rows }: Sample) {
  const needs = unknown('would need three records whose end is known');
  const kept = windows.get(list.name) ?? [];
  const count = isLong ? Math.max(0, ...kept.map(({ rows }) => rows.length)) : rows.length;
  if (count < 3 || (isLong && count >= 20) || count >= 50 || short.has(list.name)) return needs;
  const filter = isLong
    ? { [`filter[${list.cursor}][from]`]: window!.from, [`filter[${list.cursor}][to]`]: window!.to }
    : {};
  const page = (page: number) => questions.ask(placeOf(list.name), { ...filter, limit: 2, page });
  const pages = Math.ceil(count / 2);
  const behind = await page(pages + 1);
  if (behind.status === 204) return { value: '204' };
  if (behind.rows.length === 0) return unknown('an empty page came, which the documentation does not know');
  if (idsOf(behind.rows) === idsOf((await page(pages)).rows)) return { value: 'repeat' };
  return idsOf(behind.rows) === idsOf((await page(1)).rows) ? { value: 'circle' } : needs;
}
