import { expect, test } from 'vitest';
import { PageSize } from '../../src/sync/page-size.ts';

/** Asks for so many pages of a server that manages up to `bears` records; returns the sizes asked for. */
function ask(size: PageSize, count: number, bears: number): number[] {
  return Array.from({ length: count }, () => {
    const limit = size.largest;
    if (limit > bears) size.failed(limit);
    else size.answered(limit);
    return limit;
  });
}

test('a size that is too much is halved until the server manages it', () => {
  expect(ask(new PageSize(250), 4, 70)).toEqual([250, 125, 62, 62]);
  expect(ask(new PageSize(250), 6, 0)).toEqual([250, 125, 62, 31, 20, 20]);
});

test('it is grown back when the server is well again', () => {
  const size = new PageSize(250);
  ask(size, 5, 0);
  ask(size, 16, 250);
  expect(size.largest).toBe(250);
  expect(size.sizeOf(250)).toBe('trial');
  ask(size, 1, 250);
  expect(size.sizeOf(250)).toBe('usual');
});

test('a size that stays too much is tried less and less often', () => {
  const asked = ask(new PageSize(250), 500, 100);
  expect(asked.filter((limit) => limit > 100).length).toBeLessThan(10);
  expect(asked.at(-1)).toBe(62);
});

test('readers that fail at the same size at once shrink it once', () => {
  const size = new PageSize(250);
  for (let reader = 0; reader < 5; reader++) size.failed(250);
  expect(size.largest).toBe(125);
});

test('a smaller size is a trial until it is answered, and the smallest is insisted on', () => {
  const size = new PageSize(250);
  expect(size.sizeOf(250)).toBe('usual');
  size.failed(250);
  expect(size.sizeOf(125)).toBe('trial');
  size.answered(120);
  expect(size.sizeOf(125)).toBe('usual');
  expect(size.sizeOf(20)).toBe('smallest');
});
