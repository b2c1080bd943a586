import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountHost, driveHost, isKommoHost, isLoopback, replacementHost } from '../src/host.ts';

describe('the account', () => {
  test.each([
    ['acme', 'https://acme.kommo.com'],
    [' Acme ', 'https://acme.kommo.com'],
    ['acme.kommo.com', 'https://acme.kommo.com'],
    ['acme.amocrm.ru', 'https://acme.amocrm.ru'],
    ['acme.amocrm.com', 'https://acme.amocrm.com'],
    ['https://acme.amocrm.ru/leads', 'https://acme.amocrm.ru'],
    ['http://acme.kommo.com', 'https://acme.kommo.com'],
    ['acme.kommo.com/leads/pipeline/1?x=a@b', 'https://acme.kommo.com'],
    ['my-account-2', 'https://my-account-2.kommo.com'],
  ])('%j is at %s', (text, origin) => expect(accountHost(text)).toEqual({ origin }));

  test.each([
    ['user:password@acme.kommo.com', /user name/],
    ['https://acme.kommo.com@evil.example', /user name/],
    ['acme.kommo.com:8443', /port/],
    ['https://acme.kommo.com:443/', /port/],
    ['evil.example', /not evil\.example/],
    ['acme.kommo.com.evil.example', /must be an account under/],
    ['a.b.kommo.com', /must be an account under/],
    ['acme.kommo.co', /must be an account under/],
    ['https://acme.kommo.com\\@evil.example', /user name/],
    ['https://acme.kommo.com\\.evil.example', /must be an account under/],
    ['асme', /another script|letter of another/],
    ['acme.kоmmo.com', /letter of another/],
    ['acme。kommo。com', /letter of another/],
    ['xn--cme-5cd.kommo.com', /letter of another/],
    ['acme.xn--kmmo-5ve.com', /letter of another/],
    ['www.kommo.com', /Kommo's own/],
    ['https://www.amocrm.ru', /Kommo's own/],
    ['api-c.kommo.com', /Kommo's own/],
    ['api-b.amocrm.ru', /Kommo's own/],
    ['acme/leads', /without a path/],
    ['ftp://acme.kommo.com', /https/],
    ['-acme', /first part/],
    ['ac me', /first part/],
    ['ac%6de', /first part/],
    ['acme.kommo.com.', /must be an account under/],
    ['', /first part/],
    ['//', /first part|path/],
  ])('%j is refused', (text, problem) => {
    expect(accountHost(text)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test('a secret that was entered in the wrong place is not repeated', () => {
    const token = `${'e'.repeat(40)}.${'y'.repeat(40)}.${'z'.repeat(40)}`;
    expect(JSON.stringify(accountHost(token))).not.toContain('yyyy');
  });

  test('whatever is entered, requests go to one label under a domain of Kommo', () => {
    const pieces = fc.constantFrom(
      'acme',
      '.kommo.com',
      '.amocrm.ru',
      'https://',
      '/',
      '\\',
      '@',
      ':',
      '#',
      '?',
      '.',
      'evil.example',
      '%2e',
      ' ',
      '\n',
      'о',
    );
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.webUrl(),
      fc.array(pieces, { maxLength: 8 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (entered) => {
        const checked = accountHost(entered);
        if ('problem' in checked) return;
        expect(checked.origin).toMatch(/^https:\/\/[a-z0-9-]+\.(kommo\.com|amocrm\.ru|amocrm\.com)$/);
        expect(new URL(checked.origin).origin).toBe(checked.origin);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the address that replaces it', () => {
  test.each([
    ['https://proxy.example', 'https://proxy.example'],
    ['https://proxy.example:8443/', 'https://proxy.example:8443'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['http://127.9.8.7', 'http://127.9.8.7'],
    ['http://localhost:1', 'http://localhost:1'],
    ['http://[::1]:1/', 'http://[::1]:1'],
  ])('%s is accepted', (text, origin) => expect(replacementHost(text)).toEqual({ origin }));

  test.each([
    ['http://proxy.example', /https/],
    ['http://127.0.0.1.evil.example', /https/],
    ['http://localhost.evil.example', /https/],
    ['http://10.0.0.1', /https/],
    ['http://[::2]', /https/],
    ['https://user@proxy.example', /user name/],
    ['https://:secret@proxy.example', /user name/],
    ['https://proxy.example/path', /without a path/],
    ['https://proxy.example/?a', /without a path/],
    ['ftp://proxy.example', /an address like/],
    ['file:///etc/passwd', /an address like/],
    ['proxy.example', /an address like/],
  ])('%s is refused', (text, problem) => {
    expect(replacementHost(text)).toEqual({ problem: expect.stringMatching(problem) });
  });
});

test.each([
  ['drive-b.kommo.com', true],
  ['api-c.amocrm.ru', true],
  ['kommo.com', false],
  ['xkommo.com', false],
  ['acme.kommo.com.evil.example', false],
  ['a@b.kommo.com', false],
  ['evil.example/.kommo.com', false],
])('%s is a host of Kommo: %s', (host, expected) => expect(isKommoHost(host)).toBe(expected));

test('this machine has few names', () => {
  expect(['localhost', '127.0.0.1', '127.1.2.3', '[::1]'].every(isLoopback)).toBe(true);
  expect(['localhost.example', '128.0.0.1', '127.0.0.1.example', '[::]', ''].some(isLoopback)).toBe(false);
});

describe('the Drive that an account names', () => {
  const account = 'https://acme.kommo.com';
  test.each([
    ['https://drive-c.kommo.com', account, 'https://drive-c.kommo.com'],
    ['https://drive-b.amocrm.ru/', account, 'https://drive-b.amocrm.ru'],
    ['https://drive-c.kommo.com', 'https://proxy.example', 'https://drive-c.kommo.com'],
    ['https://proxy.example', 'https://proxy.example', 'https://proxy.example'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://127.0.0.1:8081', 'http://127.0.0.1:8080', 'http://127.0.0.1:8081'],
  ])('%s of %s may have the token', (text, origin, expected) => {
    expect(driveHost(text, origin)).toEqual({ origin: expected });
  });

  test.each([
    ['https://drive.evil.example', account],
    ['https://drive-c.kommo.com.evil.example', account],
    ['https://drive-c.kommo.com@evil.example', account],
    ['https://evil.example/drive-c.kommo.com', account],
    ['http://drive-c.kommo.com', account],
    ['https://drive-c.kommo.com:8443', account],
    ['https://me:secret@drive-c.kommo.com', account],
    ['https://drive-c.kommo.com/v1.0', account],
    ['http://localhost:8081', 'http://127.0.0.1:8080'],
    ['https://acme.kommo.com:8443', account],
    ['http://proxy.example', 'https://proxy.example'],
    ['https://kommo.com', account],
    ['drive-c.kommo.com', account],
    ['', account],
  ])('%s of %s may not', (text, origin) => {
    expect(driveHost(text, origin)).toEqual({ problem: expect.stringMatching(/^is (no|not) /) });
  });
});
