import { expect, test } from 'vitest';
import type { List } from '../../src/stream/declaration.ts';
import { bestStrategy, withoutFilter, withoutOrder } from '../../src/sync/strategy.ts';
import { streams } from '../../streams/index.ts';

test('every list is read in the best way that it permits', () => {
  expect(Object.fromEntries(streams.map(({ name, lists }) => [name, bestStrategy(lists[0]!)]))).toMatchObject(
    {
      notes: 'watermark',
      custom_fields: 'wholeById',
      leads: 'watermark',
      contacts: 'watermark',
      companies: 'watermark',
      pipelines: 'wholeInSequence',
      statuses: 'wholeInSequence',
      tasks: 'windowsById',
      events: 'windowsByTime',
      users: 'wholeInSequence',
    },
  );
});

test('a list that can be ordered by id but not filtered is read by id', () => {
  expect(bestStrategy({ ...listOf('leads'), cursor: undefined, filter: undefined })).toBe('wholeById');
});

test('what an account does not keep leads to the next best way, or to an error', () => {
  expect(withoutFilter(listOf('leads'))).toBe('wholeById');
  expect(withoutFilter(listOf('events'))).toBe('wholeInSequence');
  expect(withoutOrder('watermark', listOf('leads'), 'leads')).toBe('windowsById');
  expect(withoutOrder('windowsById', listOf('leads'), 'leads')).toBe('windowsByTime');
  expect(withoutOrder('wholeById', listOf('leads'), 'leads')).toBe('wholeInSequence');
  expect(() => withoutOrder('wholeInSequence', listOf('users'), 'users')).toThrow('in another order');
});

function listOf(name: string): List {
  return streams.find((stream) => stream.name === name)!.lists[0]!;
}
