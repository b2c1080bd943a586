import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRedactor } from '../src/redact.ts';

const forms: [string, (secret: string) => string][] = [
  ['as it is', (secret) => secret],
  ['URL-encoded', encodeURIComponent],
  ['form-encoded', (secret) => new URLSearchParams({ token: secret }).toString()],
  ['JSON-escaped', (secret) => JSON.stringify({ token: secret })],
  ['as JSON within JSON', (secret) => JSON.stringify({ body: JSON.stringify({ token: secret }) })],
];

test.each(forms)('a secret is hidden %s, whatever it holds', (_, form) => {
  const secret = fc.string({ minLength: 8, unit: 'binary' }).filter((text) => text.isWellFormed());
  fc.assert(
    fc.property(secret, fc.array(secret, { maxLength: 3 }), (hidden, others) => {
      const redactor = createRedactor();
      for (const known of [...others, hidden]) redactor.add(known);
      const text = form(hidden);
      // The form around the secret is left: what counts is that the secret's own characters are gone.
      expect(redactor.redact(`before ${text} after`)).not.toContain(form(hidden).replace(/^token=/, ''));
      expect(redactor.redact(`before ${text} after`)).toMatch(/\*\*\*/);
    }),
  );
});

test('a secret that contains another one is hidden as a whole', () => {
  const redactor = createRedactor();
  redactor.add('abcd');
  redactor.add('abcdefgh');
  expect(redactor.redact('x abcdefgh y abcd z')).toBe('x *** y *** z');
});

test('text without secrets stays as it is, and so do words too short to be one', () => {
  const redactor = createRedactor();
  expect(redactor.redact('nothing to hide')).toBe('nothing to hide');
  redactor.add('');
  redactor.add('a.c');
  redactor.add('a.cd');
  expect(redactor.redact('a.c abcd a.cd')).toBe('a.c abcd ***');
});
