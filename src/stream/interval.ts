/** A closed interval of Unix seconds. */
export interface Interval {
  from: number;
  to: number;
}

/** The parts of `whole` that none of `parts` covers, in order. */
export function subtract(whole: Interval, parts: readonly Interval[]): Interval[] {
  const rest: Interval[] = [];
  let from = whole.from;
  for (const part of merge(parts)) {
    if (part.to < from) continue;
    if (part.from > whole.to) break;
    if (part.from > from) rest.push({ from, to: part.from - 1 });
    from = part.to + 1;
  }
  if (from <= whole.to) rest.push({ from, to: whole.to });
  return rest;
}

/** The same seconds in as few intervals as possible, in order; empty intervals are dropped. */
export function merge(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const { from, to } of [...intervals].sort((a, b) => a.from - b.from)) {
    if (from > to) continue;
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to + 1) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** `from-to from-to`, the form in which a state carries intervals. */
export function formatIntervals(intervals: readonly Interval[]): string {
  return intervals.map(({ from, to }) => `${from}-${to}`).join(' ');
}

/** Reads what `formatIntervals` wrote, passing over what is marked with `@`; undefined for any other text. */
export function parseIntervals(text: string): Interval[] | undefined {
  const parts = text.split(' ').filter((part) => part !== '' && !part.includes('@'));
  const intervals = parts.map((part) => /^(\d+)-(\d+)$/.exec(part));
  if (intervals.some((match) => match === null)) return undefined;
  return merge(intervals.map((match) => ({ from: Number(match?.[1]), to: Number(match?.[2]) })));
}
