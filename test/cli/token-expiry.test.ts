import { expect, test } from 'vitest';
import { tokenWarning } from '../../src/cli/token-expiry.ts';
import { ownNames } from '../../src/config.ts';

const now = Date.UTC(2026, 0, 1);
const day = 86_400;

const token = (claims: unknown) =>
  `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;
const warning = (accessToken: string) =>
  tokenWarning(
    { credentials: { type: 'long_lived_token', accessToken }, called: { ...ownNames, token: 'KEY' } },
    now,
  );
const endingIn = (seconds: number) => token({ exp: now / 1000 + seconds });

test('the last fourteen days are worth a warning that names the day and the setting', () => {
  expect(warning(endingIn(14 * day))).toContain('2026-01-15');
  expect(warning(endingIn(1))).toMatch(
    /^The token ends on 2026-01-01\. .* before that, .* put it into KEY\.$/,
  );
  expect(warning(endingIn(0))).toMatch(/^The token ended on 2026-01-01\. .* now, .* put it into KEY\.$/);
});

test('before that there is nothing to say', () => {
  expect(warning(endingIn(14 * day + 1))).toBeUndefined();
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
  expect(warning(text)).toBeUndefined();
});
