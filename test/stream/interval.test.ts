import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatIntervals,
  type Interval,
  merge,
  parseIntervals,
  subtract,
} from '../../src/stream/interval.ts';

const interval = fc.tuple(fc.nat(60), fc.nat(12)).map(([from, length]) => ({ from, to: from + length - 1 }));
const intervals = fc.array(interval, { maxLength: 8 });

function seconds(parts: readonly Interval[]): number[] {
  const all = new Set<number>();
  for (const { from, to } of parts) for (let second = from; second <= to; second += 1) all.add(second);
  return [...all].sort((a, b) => a - b);
}

test('merging keeps the seconds, in order and without touching neighbours', () => {
  fc.assert(
    fc.property(intervals, (parts) => {
      const merged = merge(parts);
      expect(seconds(merged)).toEqual(seconds(parts));
      for (const [index, { from, to }] of merged.entries()) {
        expect(from).toBeLessThanOrEqual(to);
        if (index > 0) expect(from).toBeGreaterThan(merged[index - 1]!.to + 1);
      }
    }),
  );
});

test('what is subtracted and what is left make up the whole', () => {
  fc.assert(
    fc.property(interval, intervals, (whole, parts) => {
      const taken = new Set(seconds(parts));
      expect(seconds(subtract(whole, parts))).toEqual(
        seconds([whole]).filter((second) => !taken.has(second)),
      );
    }),
  );
});

test('a state reads what it wrote, and nothing else', () => {
  fc.assert(
    fc.property(intervals, (parts) => {
      expect(parseIntervals(formatIntervals(merge(parts)))).toEqual(merge(parts));
    }),
  );
  expect(parseIntervals('1-5 7-9@250:01abc')).toEqual([{ from: 1, to: 5 }]);
  expect(parseIntervals('1-5 seven')).toBeUndefined();
});
