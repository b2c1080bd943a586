import { type Sighting, unknown } from '../finding.ts';
import type { Look, Probe } from '../look.ts';
import { numberOf, placeOf, type Row } from '../questions.ts';

const needsWindow = unknown('would need a filter that works, and changes in three different seconds');

/** Whether the rows known to be at the ends of a window come with it. */
export const bounds: Probe = {
  doubts: ['lowerBound', 'upperBound'],
  async look({ samples, windows }) {
    const votes = { from: new Set<boolean>(), to: new Set<boolean>() };
    for (const { list, window, rows } of samples) {
      const answers = windows.get(list.name) ?? [];
      if (window === undefined) continue;
      const at = (rows: readonly Row[], second: number) =>
        rows.some((row) => numberOf(row, list.cursor) === second);
      // The row between the ends says that the answer is one; a long one may have been cut.
      const sound = answers.filter(({ rows }) => at(rows, window.middle) && rows.length < 20);
      if (sound.length < 2) continue;
      for (const end of ['from', 'to'] as const) {
        if (at(rows, window[end])) votes[end].add(sound.some((answer) => at(answer.rows, window[end])));
      }
    }
    return { lowerBound: verdict(votes.from), upperBound: verdict(votes.to) };
  },
};

function verdict(votes: ReadonlySet<boolean>): Sighting {
  if (votes.size === 0) return needsWindow;
  return { value: votes.has(true) ? 'inclusive' : 'exclusive', isMixed: votes.size > 1 };
}

/** `filter[updated_at]=N` on leads, where it is documented to be equality, and on tasks, where it means "after". */
export const scalarDate: Probe = {
  doubts: ['scalarDate'],
  async look(look) {
    const leads = await meaningOn(look, 'leads');
    const tasks = await meaningOn(look, 'tasks');
    if (leads === 'equal' && tasks === 'after') return { scalarDate: { value: 'documented' } };
    if (leads === 'after') return { scalarDate: { value: 'after' } };
    if (tasks === 'equal') return { scalarDate: { value: 'equal' } };
    return {
      scalarDate: unknown('would need changes of leads and of tasks in three different seconds each'),
    };
  },
};

async function meaningOn({ questions, samples, windows }: Look, name: string) {
  const sample = samples.find(({ list }) => list.name === name);
  if (sample?.window === undefined || (windows.get(name) ?? []).length === 0) return undefined;
  const { middle } = sample.window;
  const query = { 'filter[updated_at]': middle, limit: 250 };
  const { rows } = await questions.askSurely(placeOf(name), query);
  if (rows.length === 0) return undefined;
  const seconds = rows.map((row) => numberOf(row, 'updated_at'));
  if (seconds.every((second) => second === middle)) return 'equal';
  return seconds.every((second) => second >= middle) ? 'after' : undefined;
}
