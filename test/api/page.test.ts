import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAccount } from '../../src/api/account.ts';
import { parsePage } from '../../src/api/page.ts';
import { parseProblem, shortLine } from '../../src/api/problem.ts';
import { refusal } from '../../src/api/refusal.ts';
import { Setback } from '../../src/api/setback.ts';
import { readClaims } from '../../src/api/token.ts';
import { isSourceError, UnexpectedAnswerError } from '../../src/errors.ts';

const origin = 'https://acme.kommo.com';
const answer = (body: string, status = 200, headers: Record<string, string> = {}) => ({
  status,
  headers: { 'content-type': 'application/hal+json', ...headers },
  body,
});
const read = (body: unknown) =>
  parsePage(answer(JSON.stringify(body)), { envelope: 'leads', purpose: 'leads' });
const withNext = (next: unknown) => ({ _links: { next }, _embedded: { leads: [] } });

describe('a page', () => {
  test.each([
    ['a link', { href: `${origin}/api/v4/leads?page=2` }, true],
    ['a relative link', { href: '/api/v4/leads?page=2' }, true],
    ['an empty link', { href: '' }, false],
    ['null', null, false],
    ['a text', 'x', false],
    ['an array', [], false],
  ])('with %s for next', (_, next, expected) => expect(read(withNext(next)).hasNext).toBe(expected));

  test.each([
    'https://evil.example/api/v4/leads',
    'https://acme.kommo.com@evil.example/',
    '//evil.example/api',
    'http://[',
  ])('says that there is a next one wherever it links to: %s', (href) => {
    const seen: string[] = [];
    const page = parsePage(
      answer(JSON.stringify(withNext({ href }))),
      { envelope: 'leads', purpose: 'leads' },
      (link) => seen.push(link),
    );
    expect(page.hasNext).toBe(true);
    expect(seen).toEqual([href]);
  });

  test('without an envelope is the one row that was sent', () => {
    const summary = { total: 3, _links: { self: {} } };
    const parse = (body: unknown) =>
      parsePage(answer(JSON.stringify(body)), { envelope: undefined, purpose: 'summary' });
    expect(parse(summary)).toEqual({
      ...{ rows: [summary], hasNext: false, servedAt: undefined },
      ...{ exists: true, total: undefined },
    });
    expect(() => parse([summary])).toThrow(/the answer should be an object, but there is a list/);
    expect(() => parse('x')).toThrow(/but there is a string/);
  });

  test('gives the rows as they came', () => {
    const leads = [1, null, 'x', { id: 1 }];
    expect(read({ _embedded: { leads } }).rows).toEqual(leads);
  });

  test('of any JSON is a page or an error that was foreseen', () => {
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({
          _embedded: fc.oneof(fc.jsonValue(), fc.record({ leads: fc.jsonValue() })),
          _links: fc.jsonValue(),
        })
        .map((value) => JSON.stringify(value)),
      fc.webUrl().map((href) => JSON.stringify(withNext({ href }))),
      fc.string({ unit: 'binary' }).map((href) => JSON.stringify(withNext({ href }))),
    );
    const type = fc.constantFrom('application/hal+json; charset=utf-8', 'application/json', 'text/html', '');
    fc.assert(
      fc.property(body, type, fc.constantFrom(200, 204), (text, contentType, status) => {
        const received = answer(text, status, { 'content-type': contentType });
        for (const parse of [
          () => parsePage(received, { envelope: 'leads', purpose: 'leads' }).rows,
          () => parsePage(received, { envelope: undefined, purpose: 'leads' }).rows,
          () => [parseAccount(received)],
        ]) {
          try {
            expect(Array.isArray(parse())).toBe(true);
          } catch (error) {
            expect(error instanceof Setback || error instanceof UnexpectedAnswerError).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('whatever an error answer holds, the user gets one line', () => {
  const body = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc
      .record({
        title: fc.jsonValue(),
        detail: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        'validation-errors': fc.jsonValue(),
      })
      .map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(body, fc.integer({ min: 300, max: 499 }), fc.string(), (text, status, location) => {
      const error = refusal(answer(text, status, { location }), {
        purpose: 'leads',
        path: '/api/v4/leads',
        origin,
      });
      expect(isSourceError(error)).toBe(true);
      expect(error.message).not.toMatch(/[\r\n\u2028]/);
      expect(error.message.length).toBeLessThan(800);
    }),
  );
});

test('validation errors are told in both shapes in which they were seen', () => {
  const errors = [{ code: 'NotSupportedChoice', path: 'order', detail: 'no such order' }];
  for (const groups of [[{ request_id: '0', errors }], { errors }]) {
    const { text } = parseProblem(
      answer(JSON.stringify({ detail: 'Bad', 'validation-errors': groups }), 400),
    );
    expect(text).toBe('Bad; order NotSupportedChoice no such order');
  }
});

test('foreign text becomes one short line', () => {
  expect(shortLine(' <html>\r\n\t<b>403</b>\u2028 ')).toBe('<html> <b>403</b>');
  expect(shortLine('é'.repeat(9999))).toHaveLength(300);
});

test('claims are read from a token, and from nothing else', () => {
  const token = (claims: unknown) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
  expect(readClaims(token({ exp: 5, api_domain: 'api-b.amocrm.ru' }))).toEqual({
    expiresAt: 5000,
    apiDomain: 'api-b.amocrm.ru',
  });
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.jsonValue().map(token)), (text) => {
      const { expiresAt, apiDomain } = readClaims(text);
      expect(['number', 'undefined']).toContain(typeof expiresAt);
      expect(['string', 'undefined']).toContain(typeof apiDomain);
    }),
  );
});
