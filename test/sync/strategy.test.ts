import { expect, test } from 'vitest';
import { bestStrategy, withoutFilter, withoutOrder } from '../../src/sync/strategy.ts';
import { streams } from '../../streams/index.ts';

test('every list is read in the best way that it permits', () => {
  expect(Object.fromEntries(streams.map((stream) => [stream.name, bestStrategy(stream)]))).toEqual({
    leads: 'watermark',
    contacts: 'watermark',
    companies: 'watermark',
    pipelines: 'wholeByPages',
    statuses: 'wholeByPages',
    tasks: 'windowsById',
    events: 'windowsByPages',
    users: 'wholeByPages',
  });
});

test('a list that can be ordered by id but not filtered is read by id', () => {
  const leads = streams.find(({ name }) => name === 'leads')!;
  expect(bestStrategy({ ...leads, cursor: undefined, ordersByCursor: false })).toBe('wholeById');
});

test('what an account does not keep leads to the next best way, or to an error', () => {
  const [leads, events] = ['leads', 'events'].map((name) => streams.find((stream) => stream.name === name)!);
  expect(withoutFilter(leads!)).toBe('wholeById');
  expect(withoutFilter(events!)).toBe('wholeByPages');
  expect(withoutOrder('watermark', leads!)).toBe('windowsById');
  expect(() => withoutOrder('windowsById', leads!)).toThrow('does not keep the order');
});
