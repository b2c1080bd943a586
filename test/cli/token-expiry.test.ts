import { expect, test } from 'vitest';
import { expiryWarning } from '../../src/cli/token-expiry.ts';

const now = Date.UTC(2026, 0, 1);
const day = 86_400;

const token = (claims: unknown) =>
  `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;
const endingIn = (seconds: number) => token({ exp: now / 1000 + seconds });

test('the last fourteen days are worth a warning that names the day', () => {
  expect(expiryWarning(endingIn(14 * day), now)).toContain('2026-01-15');
  expect(expiryWarning(endingIn(0), now)).toContain('2026-01-01');
});

test('before that there is nothing to say', () => {
  expect(expiryWarning(endingIn(14 * day + 1), now)).toBeUndefined();
});

test.each([
  '',
  'opaque',
  'a.b.c',
  token(null),
  token([]),
  token({}),
  token({ exp: 'soon' }),
  token({ exp: 1e300 }),
])('a token that does not say when it ends: %j', (text) => {
  expect(expiryWarning(text, now)).toBeUndefined();
});
