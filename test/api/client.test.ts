import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../../src/api/client.ts';
import type { KommoClient, ListRequest } from '../../src/api/kommo-client.ts';
import {
  BlockedError,
  ConfigError,
  HeavyPageError,
  InterruptedError,
  NotAvailableError,
  RefusedRequestError,
  TransientError,
  UnexpectedAnswerError,
} from '../../src/errors.ts';
import { createRedactor } from '../../src/redact.ts';
import { createVirtualClock } from './virtual-clock.ts';

const origin = 'https://acme.kommo.com';
const hal = { 'content-type': 'application/hal+json' };
const leads: ListRequest = {
  path: '/api/v4/leads',
  envelope: 'leads',
  query: { page: 1, limit: 250 },
  purpose: 'leads',
};
const full = {
  _links: { next: { href: `${origin}/api/v4/leads?page=2` } },
  _embedded: { leads: [{ id: 1 }] },
};

beforeAll(() => nock.disableNetConnect());
afterAll(() => nock.enableNetConnect());
afterEach(() => nock.cleanAll());

interface Setting {
  client: KommoClient;
  lines: string[];
  /** Lets virtual time pass until `answer` is there. */
  settle<T>(answer: Promise<T>): Promise<T>;
}

function setUp(requestsPerSecond = 10_000, accessToken = 'token-1'): Setting {
  const clock = createVirtualClock();
  const lines: string[] = [];
  const client = createClient({
    config: { origin, credentials: { type: 'long_lived_token', accessToken }, requestsPerSecond },
    version: '1.2.3',
    clock,
    random: () => 0.5,
    log: (level, message) => lines.push(`${level} ${message}`),
    redactor: createRedactor(),
  });
  return { client, lines, settle: clock.settle };
}

async function failure(setting: Setting, request = leads): Promise<Error & { detail?: string }> {
  return setting.settle(setting.client.list(request)).then(
    () => expect.unreachable('should have failed'),
    (error) => error,
  );
}

test('a parameter that takes several values is sent once for each', async () => {
  const { client, settle } = setUp();
  const query = { limit: 250, 'filter[type][]': ['lead_deleted', 'task_deleted'], 'filter[id][]': [1, 2] };
  const asked = nock(origin)
    .get(
      '/api/v4/events?limit=250&filter%5Btype%5D%5B%5D=lead_deleted&filter%5Btype%5D%5B%5D=task_deleted&' +
        'filter%5Bid%5D%5B%5D=1&filter%5Bid%5D%5B%5D=2',
    )
    .reply(200, { _embedded: { events: [{ id: 'a' }] } }, hal);
  const { rows } = await settle(client.list({ ...leads, path: '/api/v4/events', envelope: 'events', query }));
  expect(rows).toEqual([{ id: 'a' }]);
  expect(asked.isDone()).toBe(true);
});

function answers(...replies: [status: number, body?: nock.Body, headers?: nock.ReplyHeaders][]): nock.Scope {
  const scope = nock(origin);
  for (const [status, body, headers] of replies) {
    scope
      .get('/api/v4/leads')
      .query(true)
      .reply(status, body, headers ?? hal);
  }
  return scope;
}

describe('a list', () => {
  test('gives rows, next and the server time, and says who asks', async () => {
    const scope = nock(origin, {
      reqheaders: {
        authorization: 'Bearer token-1',
        'user-agent': /^source-kommo\/1\.2\.3/,
        'accept-encoding': /gzip/,
      },
    })
      .get('/api/v4/leads')
      .query({ 'filter[updated_at][from]': '5', page: '1' })
      .reply(200, full, { ...hal, date: 'Thu, 01 Jan 2026 00:00:07 GMT', 'x-request-id': 'r-1' });
    const { client, lines, settle } = setUp();
    const page = await settle(client.list({ ...leads, query: { 'filter[updated_at][from]': 5, page: 1 } }));
    expect(page).toEqual({ rows: [{ id: 1 }], hasNext: true, exists: true, servedAt: 1767225607 });
    expect(client.requests('leads')).toBe(1);
    expect(scope.isDone()).toBe(true);
    expect(lines).toEqual([
      expect.stringMatching(
        /^debug GET \/api\/v4\/leads\?filter\[updated_at\]\[from\]=5&page=1 200 X-Request-Id r-1 \d+ ms$/,
      ),
    ]);
  });

  test('is empty for 204', async () => {
    answers([204]);
    const { client, settle } = setUp();
    expect(await settle(client.list(leads))).toEqual({ rows: [], hasNext: false, exists: false });
  });

  test.each([
    ['502 as HTML', [502, '<html>', { 'content-type': 'text/html' }]],
    ['500', [500, { title: 'oops' }]],
    ['429', [429, 'slow down', { 'content-type': 'text/plain' }]],
    ['an empty 200', [200, '']],
    ['cut JSON', [200, '{"_embedded":{"leads":[{"id":']],
    ['another content type', [200, '<html>', { 'content-type': 'text/html' }]],
  ] as [string, [number, nock.Body, nock.ReplyHeaders?]][])(
    'is asked for again after %s',
    async (_, reply) => {
      answers(reply, [200, full]);
      const { client, settle } = setUp();
      expect((await settle(client.list(leads))).rows).toEqual([{ id: 1 }]);
      expect(client.requests('leads')).toBe(2);
    },
  );

  test('ends as transient when no good answer comes, and says what it met', async () => {
    answers(...Array.from({ length: 60 }, (): [number] => [503]));
    const setting = setUp();
    const error = await failure(setting);
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toMatch(
      /^Could not read leads: Kommo failed \(503\)\. No good answer came in 15 minutes \(\d+ tries\)/,
    );
    expect(setting.client.requests('leads')).toBeGreaterThan(15);
  });

  test('is given back as heavy after one 504 when its size is only tried, else asked for again', async () => {
    answers([504]);
    expect(await failure(setUp(), { ...leads, size: 'trial' })).toBeInstanceOf(HeavyPageError);
    answers([504], [504], [200, full]);
    const { client, settle } = setUp();
    expect((await settle(client.list({ ...leads, size: 'usual' }))).rows).toHaveLength(1);
  });

  test.each([
    ['no _embedded', { foo: 1 }],
    ['another envelope', { _embedded: { contacts: [] } }],
    ['an object for the rows', { _embedded: { leads: { id: 1 } } }],
    ['a list at the top', [1]],
    ['null', 'null'],
  ])('of an unknown shape is not tried again: %s', async (_, body) => {
    answers([200, body]);
    const setting = setUp();
    expect(await failure(setting)).toBeInstanceOf(UnexpectedAnswerError);
    expect(setting.client.requests('leads')).toBe(1);
  });
});

test('links to another host are said once and never followed', async () => {
  const elsewhere = { ...full, _links: { next: { href: 'https://evil.example/api/v4/leads?page=2' } } };
  answers([200, full], [200, elsewhere], [200, elsewhere]);
  const { client, lines, settle } = setUp();
  for (let page = 1; page <= 3; page++) expect((await settle(client.list(leads))).hasNext).toBe(true);
  expect(lines.filter((line) => line.startsWith('warn '))).toEqual([
    expect.stringMatching(
      /^warn Answers of acme\.kommo\.com link to another host \(evil\.example\); nothing/,
    ),
  ]);
});

describe('a refusal', () => {
  test.each([
    [401, {}, ConfigError, /refused the token \(401\)/],
    [402, { detail: 'Payment required' }, NotAvailableError, /payment \(402\) for leads.*Payment required/],
    [403, { detail: 'Нет прав' }, NotAvailableError, /may not read leads \(403\).*Нет прав/],
    [404, { detail: 'Cannot GET' }, NotAvailableError, /does not know leads \(404\).*Cannot GET/],
    [422, { title: 'Periodicity is off' }, NotAvailableError, /cannot list leads \(422\).*Periodicity/],
    [
      400,
      { 'validation-errors': [{ errors: [{ code: 'NotInt', path: 'limit', detail: 'too big' }] }] },
      RefusedRequestError,
      /limit NotInt too big/,
    ],
  ])('%i becomes an error that says what to do', async (status, body, type, message) => {
    answers([status, body, { 'content-type': 'application/problem+json', 'x-request-id': 'r-9' }]);
    const setting = setUp();
    const error = await failure(setting);
    expect(error).toBeInstanceOf(type);
    expect(error.message).toMatch(message);
    expect(setting.client.requests('leads')).toBe(1);
    if (status !== 401) expect(error.detail).toMatch(/X-Request-Id r-9/);
  });

  test.each(['two words', 'a\nb', 'tökén', ''])(
    'of a token that no header can carry is our own: %j',
    async (token) => {
      const setting = setUp(10_000, token);
      const error = await failure(setting);
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.message).toMatch(/characters that no token has/);
      expect(setting.client.requests('leads')).toBe(0);
    },
  );

  test('a redirect is not followed, and the token goes nowhere', async () => {
    const other = nock('https://other.kommo.com').get('/api/v4/leads').query(true).reply(200, full, hal);
    answers([301, '', { location: 'https://other.kommo.com/api/v4/leads' }]);
    expect((await failure(setUp())).message).toMatch(/redirects to other\.kommo\.com/);
    expect(other.isDone()).toBe(false);
  });

  test('a ban stops everything, also what was waiting', async () => {
    answers([403, '<html>403</html>', { 'content-type': 'text/html' }], [200, full], [200, full]);
    const setting = setUp(1);
    const errors = await Promise.all([failure(setting), failure(setting), failure(setting)]);
    for (const error of errors) expect(error).toBeInstanceOf(BlockedError);
    expect(await failure(setting)).toBeInstanceOf(BlockedError);
    expect(setting.client.requests('leads')).toBe(1);
  });
});

test('the account is read with the parts asked for', async () => {
  nock(origin)
    .get('/api/v4/account')
    .query({ with: 'version,is_api_filter_enabled' })
    .reply(200, { id: 7, name: 'Acme', subdomain: 'acme', created_at: 5, is_api_filter_enabled: false }, hal);
  const { client, settle } = setUp();
  expect(await settle(client.account(['version', 'is_api_filter_enabled']))).toMatchObject({
    id: 7,
    createdAt: 5,
    filtersEnabled: false,
  });
});

test.each([
  [402, ConfigError, /^Kommo asks for payment \(402\) for account/],
  [403, ConfigError, /^The token may not read account \(403\)/],
  [404, RefusedRequestError, /404 on \/api\/v4\/account/],
  [422, RefusedRequestError, /422 on \/api\/v4\/account/],
])('%i for the account itself concerns everything', async (status, type, message) => {
  nock(origin).get('/api/v4/account').query(true).reply(status, { title: 'no' }, hal);
  const { client, settle } = setUp();
  const error = await settle(client.account([]).catch((error) => error));
  expect(error).toBeInstanceOf(type);
  expect(error).not.toBeInstanceOf(NotAvailableError);
  expect(error.message).toMatch(message);
});

test('closing ends what waits', async () => {
  answers([503]);
  const setting = setUp();
  const waiting = setting.client.list(leads).catch((error) => error);
  await setting.client.close();
  expect(await setting.settle(waiting)).toBeInstanceOf(InterruptedError);
});
