import { expect, test } from 'vitest';
import { KnownSeconds } from '../../src/sync/known-seconds.ts';

const row = (cursor: number) => ({ id: cursor, cursor, data: {} }) as never;

test('an interval is widened to the nearest second outside that has rows', () => {
  const known = new KnownSeconds();
  expect(known.widen({ from: 5, to: 6 })).toBeUndefined();
  known.learn([row(1), row(2), row(3)]);
  known.learn([row(20)]);
  known.learn([]);
  expect(known.widen({ from: 5, to: 6 })).toEqual({ from: 3, to: 6 });
  expect(known.widen({ from: 15, to: 16 })).toEqual({ from: 15, to: 20 });
  expect(known.widen({ from: 2, to: 20 })).toEqual({ from: 1, to: 20 });
  expect(known.widen({ from: 0, to: 30 })).toBeUndefined();
});
