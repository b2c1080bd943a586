import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfig, withEnvironment } from '../src/config.ts';
import { ConfigError } from '../src/errors.ts';

const minimal = {
  subdomain: 'acme',
  credentials: { auth_type: 'long_lived_token', access_token: 'token-1' },
};

function problem(received: unknown): string {
  try {
    parseConfig(received);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).not.toMatch(/\n/);
    return (error as Error).message;
  }
  return expect.unreachable('should have been refused');
}

describe('the config', () => {
  test('has defaults for everything but the account and the credentials', () => {
    expect(parseConfig(minimal)).toEqual({
      origin: 'https://acme.kommo.com',
      credentials: { type: 'long_lived_token', accessToken: 'token-1' },
      startDate: undefined,
      lookbackSeconds: 600,
      witness: true,
      requestsPerSecond: 7,
      customFieldColumns: [],
      tokenStore: undefined,
      received: minimal,
      called: {
        account: 'subdomain',
        token: 'credentials.access_token',
        refreshToken: 'credentials.refresh_token',
      },
    });
  });

  test('reads OAuth credentials', () => {
    const received = {
      subdomain: 'acme',
      credentials: {
        auth_type: 'oauth2.0',
        client_id: 'id',
        client_secret: 'secret',
        redirect_uri: 'https://example.com',
        refresh_token: 'refresh',
        token_expiry_date: '2026-01-01T00:00:00.500Z',
      },
      token_store: '/tokens.json',
    };
    expect(parseConfig(received)).toMatchObject({
      credentials: {
        type: 'oauth2.0',
        refreshToken: 'refresh',
        accessToken: undefined,
        expiresAt: 1767225600500,
      },
      tokenStore: '/tokens.json',
    });
  });

  test('accepts what orchestrators make of it', () => {
    const received = {
      subdomain: 'acme',
      credentials: null,
      api_key: 'token-1',
      start_date: '',
      lookback_window_minutes: '5',
      requests_per_second: '2.5',
      witness: 'false',
      token_store: null,
      __injected_declarative_manifest: {},
      undeclared: [1],
    };
    expect(parseConfig(received)).toMatchObject({
      credentials: { accessToken: 'token-1' },
      lookbackSeconds: 300,
      witness: false,
      requestsPerSecond: 2.5,
      startDate: undefined,
      received,
    });
  });

  test('needs no account where api_url replaces its address', () => {
    expect(parseConfig({ api_url: 'http://127.0.0.1:9/', api_key: 'token-1' }).origin).toBe(
      'http://127.0.0.1:9',
    );
    expect(problem({ api_url: 'http://example.com', subdomain: 'a b', api_key: 'k' })).toMatch(
      /subdomain .*api_url /,
    );
  });

  test.each([
    ['2026-01-31', 1769817600],
    ['2026-01-31T00:00:00', 1769817600],
    ['2026-01-31 00:00:00', 1769817600],
    ['2026-01-31T00:00:00Z', 1769817600],
    ['2026-01-31T03:00:00+03:00', 1769817600],
    ['2026-01-30T21:30:00-0230', 1769817600],
    ['2026-11-17T07:01:38.148103', 1794898898],
    ['2026-11-17T07:01:38.999999Z', 1794898898],
    ['1969-12-31', 0],
  ])('start_date %s is %i', (start_date, seconds) => {
    expect(parseConfig({ ...minimal, start_date }).startDate).toBe(seconds);
  });

  test.each([
    '2026-02-30',
    '2026-13-01',
    '31.01.2026',
    '2026',
    '2026-W05',
    'yesterday',
    '2026-01-31T25:00:00Z',
    5,
  ])('start_date %j is refused by name', (start_date) =>
    expect(problem({ ...minimal, start_date })).toMatch(/start_date must be/),
  );

  test('names every bad field in one line', () => {
    const message = problem({
      subdomain: 'https://user:pw@acme.kommo.com',
      credentials: { auth_type: 'oauth2.0', client_id: 5, client_secret: '' },
      start_date: 'soon',
      lookback_window_minutes: -1,
      requests_per_second: 0,
      api_url: 'http://example.com',
      token_store: 7,
    });
    for (const part of [
      'subdomain must not contain a user name',
      'credentials.client_id must be a text',
      'credentials.client_secret is missing',
      'credentials.redirect_uri is missing',
      'credentials.refresh_token is missing',
      'start_date must be a date like 2026-01-31',
      'lookback_window_minutes must be at least 0',
      'requests_per_second must be at least 0.01',
      'api_url must be https',
      'token_store must be a text',
    ]) {
      expect(message).toContain(part);
    }
  });

  test.each([
    [undefined, /must be a JSON object/],
    [null, /must be a JSON object/],
    [[], /must be a JSON object/],
    ['{}', /must be a JSON object/],
    [{}, /subdomain is missing; credentials is missing/],
    [{ ...minimal, credentials: {} }, /credentials\.auth_type must be "oauth2\.0" or "long_lived_token"/],
    [{ ...minimal, credentials: 'token-1' }, /credentials must be an object/],
    [{ ...minimal, api_key: 'other' }, /either credentials or api_key/],
    [{ subdomain: 'acme', api_key: 7 }, /api_key must be a text/],
    [{ ...minimal, lookback_window_minutes: 1.5 }, /lookback_window_minutes must be a whole number/],
    [{ ...minimal, requests_per_second: 'many' }, /requests_per_second must be a number/],
  ])('%j is refused', (received, message) => expect(problem(received)).toMatch(message));

  test('no value of a bad config is repeated where it may be a secret', () => {
    const message = problem({
      subdomain: 'acme',
      credentials: { auth_type: 'hush-hush', access_token: 5 },
      start_date: 'hush-hush',
    });
    expect(message).not.toContain('hush-hush');
  });

  test('whatever comes, there is a config or one clear line', () => {
    const names = [
      'subdomain',
      'credentials',
      'api_key',
      'start_date',
      'lookback_window_minutes',
      'requests_per_second',
      'api_url',
      'token_store',
      '__proto__',
    ];
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('acme', '2026-01-01', 'http://[', 'https://x.kommo.com'),
    );
    const credentials = fc.dictionary(
      fc.constantFrom('auth_type', 'access_token', 'client_id', 'token_expiry_date'),
      fc.oneof(value, fc.constantFrom('oauth2.0', 'long_lived_token')),
    );
    const config = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom(...names), fc.oneof(value, credentials), { noNullPrototype: false }),
      fc.record({ subdomain: fc.constant('acme'), credentials }),
    );
    fc.assert(
      fc.property(config, (received) => {
        try {
          expect(parseConfig(received).origin).toMatch(/^https?:/);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect((error as Error).message).toMatch(/^The config [^\n]+\.$/);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the environment', () => {
  const environment = { KOMMO_SUBDOMAIN: 'from-env', KOMMO_API_KEY: 'env-token' };

  test('completes the settings', () => {
    const { received, names } = withEnvironment({ requests_per_second: 3 }, environment);
    expect(parseConfig(received, names)).toMatchObject({
      called: { account: 'KOMMO_SUBDOMAIN', token: 'KOMMO_API_KEY' },
      origin: 'https://from-env.kommo.com',
      credentials: { accessToken: 'env-token' },
      requestsPerSecond: 3,
    });
  });

  test('does not replace them', () => {
    expect(withEnvironment(minimal, environment).names).toEqual({});
    expect(parseConfig(withEnvironment(minimal, environment).received)).toMatchObject({
      origin: 'https://acme.kommo.com',
      credentials: { accessToken: 'token-1' },
    });
    const key = { subdomain: '', api_key: 'own', api_url: 'http://localhost:1' };
    expect(parseConfig(withEnvironment(key, environment).received)).toMatchObject({
      origin: 'http://localhost:1',
      credentials: { accessToken: 'own' },
    });
  });

  test('may be empty', () => {
    expect(withEnvironment(minimal, { KOMMO_API_KEY: '' })).toEqual({ received: minimal, names: {} });
  });
});
