import fc from 'fast-check';
import { expect, test } from 'vitest';
import { longestWait, retryAfter } from '../../src/api/retry-after.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const wait = (header: string | undefined, body = '') =>
  retryAfter({ headers: header === undefined ? {} : { 'retry-after': header }, body }, now);

test.each([
  ['3', 3000],
  ['0', 0],
  [' 1.5 ', 1500],
  ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
  ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
  ['Thu, 01 Jan 2099 00:00:10 GMT', longestWait],
  ['99999999999999999999', longestWait],
  ['-5', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('the header %j means %j', (header, expected) => expect(wait(header)).toBe(expected));

test('the body is asked when the header says nothing', () => {
  expect(wait(undefined, '{"retry_after":300}')).toBe(300_000);
  expect(wait('2', '{"retry_after":300}')).toBe(2000);
  expect(wait('soon', '{"retry_after":"7"}')).toBe(7000);
  for (const body of ['null', '{"retry_after":-1}', '[]', '<html>', '{"retry_after":null}']) {
    expect(wait(undefined, body)).toBeUndefined();
  }
});

test('whatever comes, the wait is bounded or absent', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  );
  fc.assert(
    fc.property(
      texts,
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.double().map((x) => `{"retry_after":${x}}`),
      ),
      (header, body) => {
        const found = wait(header, body);
        expect(found === undefined || (found >= 0 && found <= longestWait)).toBe(true);
      },
    ),
  );
});

test.each([0, 60, -240, 3600])('a date counts from the answer, our clock being %i s off', (seconds) => {
  const headers = { date: new Date(now).toUTCString(), 'retry-after': new Date(now + 30_000).toUTCString() };
  expect(retryAfter({ headers, body: '' }, now + seconds * 1000)).toBe(30_000);
  expect(retryAfter({ headers: { ...headers, date: 'yesterday' }, body: '' }, now)).toBe(30_000);
});
