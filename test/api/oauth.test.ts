import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import nock from 'nock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '../../src/api/client.ts';
import type { KommoClient, ListRequest } from '../../src/api/kommo-client.ts';
import { exchangeCode } from '../../src/api/login.ts';
import { consentUrl } from '../../src/api/oauth.ts';
import type { TokenPair } from '../../src/api/token.ts';
import { configFileStore, type TokenStore, tokenFileStore, withTokens } from '../../src/api/token-store.ts';
import type { Credentials } from '../../src/config.ts';
import { BlockedError, ConfigError, TransientError, UnexpectedAnswerError } from '../../src/errors.ts';
import { createRedactor } from '../../src/redact.ts';
import { newFolder } from '../new-folder.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

const origin = 'https://acme.kommo.com';
const day = 24 * 60 * 60 * 1000;
const hal = { 'content-type': 'application/hal+json' };
const empty = { _embedded: { leads: [] } };
const leads: ListRequest = { path: '/api/v4/leads', envelope: 'leads', query: { page: 1 }, purpose: 'leads' };

const jwt = (claims: object) => `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sign`;

let folder: string;
let clock: VirtualClock;
let redactor: ReturnType<typeof createRedactor>;
let logged: string[];

beforeAll(() => nock.disableNetConnect());
afterAll(() => nock.enableNetConnect());
beforeEach(() => {
  folder = newFolder();
  clock = createVirtualClock();
  redactor = createRedactor();
  logged = [];
});
afterEach(() => nock.cleanAll());

type OAuth = Extract<Credentials, { type: 'oauth2.0' }>;

const credentials: OAuth = {
  type: 'oauth2.0',
  clientId: 'id-1',
  clientSecret: 'secret-1',
  redirectUri: 'https://example.com/kommo',
  refreshToken: 'refresh-1',
  accessToken: undefined,
  expiresAt: undefined,
};

function world() {
  return {
    version: '1.2.3',
    clock,
    random: () => 0.5,
    log: (_: string, message: string) => void logged.push(message),
    redactor,
  };
}

function connect(tokenStore: TokenStore | undefined, changes: Partial<OAuth> = {}, at = origin): KommoClient {
  const config = { origin: at, credentials: { ...credentials, ...changes }, requestsPerSecond: 10_000 };
  return createClient({ config, tokenStore, ...world() });
}

const settle = <T>(work: Promise<T>): Promise<T> => clock.settle(work);

const failure = (client: KommoClient) =>
  settle(client.list(leads)).then(
    () => expect.unreachable('should have failed'),
    (error: Error & { detail?: string }) => error,
  );

function answersRefresh(used: string, next: string, at = origin): nock.Scope {
  return nock(at)
    .post('/oauth2/access_token', {
      client_id: 'id-1',
      client_secret: 'secret-1',
      grant_type: 'refresh_token',
      refresh_token: `refresh-${used}`,
      redirect_uri: 'https://example.com/kommo',
    })
    .reply(
      200,
      {
        token_type: 'Bearer',
        expires_in: 86400,
        access_token: `access-${next}`,
        refresh_token: `refresh-${next}`,
      },
      { 'content-type': 'application/json' },
    );
}

function answersLeads(token: string, status = 200, at = origin): nock.Scope {
  return nock(at, { reqheaders: { authorization: `Bearer ${token}` } })
    .get('/api/v4/leads')
    .query(true)
    .reply(status, status === 200 ? empty : { status }, hal);
}

const revoked = { hint: 'Token has been revoked', title: 'Некорректный запрос', status: 401 };

/** Keeps pairs in memory and notes what happened in which order. */
function notingStore(notes: string[], kept?: TokenPair): TokenStore {
  return {
    load: async () => kept,
    async save(pair) {
      kept = pair;
      await clock.sleep(10);
      notes.push(`saved ${pair.refreshToken}`);
    },
    rehearse: async () => {},
    wayBack: 'run "source-kommo login"',
    exclusively: (work) => work(),
  };
}

describe('renewable tokens', () => {
  test('are renewed where there is no access token, and kept before their first use', async () => {
    const notes: string[] = [];
    answersRefresh('1', '2');
    nock(origin, { reqheaders: { authorization: 'Bearer access-2' } })
      .get('/api/v4/leads')
      .query(true)
      .reply(() => {
        notes.push('used access-2');
        return [200, empty, hal];
      });
    const client = connect(notingStore(notes));
    expect((await settle(client.list(leads))).rows).toEqual([]);
    expect(notes).toEqual(['saved refresh-2', 'used access-2']);
    expect(redactor.redact('access-2 refresh-2 refresh-1 secret-1')).toBe('*** *** *** ***');
    expect(client.requests('authorization')).toBe(1);
  });

  test.each([
    ['well before its end is used as it is', 6 * 60 * 1000, 'access-1', 0],
    ['five minutes before its end is renewed', 4 * 60 * 1000, 'access-2', 1],
  ])('a token %s', async (_, left, used, renewals) => {
    answersRefresh('1', '2');
    answersLeads(used);
    const client = connect(notingStore([]), { accessToken: 'access-1', expiresAt: clock.now() + left });
    await settle(client.list(leads));
    expect(client.requests('authorization')).toBe(renewals);
  });

  test('the end is read from the token itself where the settings do not name it', async () => {
    answersRefresh('1', '2');
    answersLeads('access-2');
    const accessToken = jwt({ exp: Math.floor(clock.now() / 1000) + 60 });
    const client = connect(notingStore([]), { accessToken });
    await settle(client.list(leads));
    expect(client.requests('authorization')).toBe(1);
  });

  test('many requests that are refused at once renew once', async () => {
    for (let i = 0; i < 8; i++) answersLeads('access-1', 401);
    for (let i = 0; i < 8; i++) answersLeads('access-2');
    answersRefresh('1', '2');
    const client = connect(notingStore([]), { accessToken: 'access-1', expiresAt: clock.now() + day });
    await settle(Promise.all(Array.from({ length: 8 }, () => client.list(leads))));
    expect(client.requests('authorization')).toBe(1);
  });

  test('a token that is refused although it was just renewed ends the run', async () => {
    answersRefresh('1', '2');
    answersLeads('access-2', 401);
    answersLeads('access-2', 401);
    answersRefresh('2', '3');
    answersLeads('access-3', 401);
    const error = await failure(connect(notingStore([])));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/just renewed/);
  });

  test('a refused refresh token names the likely causes and what to do', async () => {
    nock(origin)
      .post('/oauth2/access_token')
      .reply(401, revoked, { 'content-type': 'application/problem+json' });
    const error = await failure(connect(notingStore([])));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/works only once.*three months.*login.*Token has been revoked/);
  });

  test('without a place to keep a new pair nothing is renewed', async () => {
    const scope = answersRefresh('1', '2');
    expect((await failure(connect(undefined))).message).toMatch(/token_store/);
    expect(scope.isDone()).toBe(false);
  });

  test('a place that turns out unfit leaves the refresh token unspent', async () => {
    const scope = answersRefresh('1', '2');
    const rehearse = async () => {
      throw new ConfigError('no room');
    };
    expect((await failure(connect({ ...notingStore([]), rehearse }))).message).toBe('no room');
    expect(scope.isDone()).toBe(false);
  });

  test('a refresh token that a process without a common lock has spent: its pair is waited for', async () => {
    let refusedAt = Number.POSITIVE_INFINITY;
    nock(origin)
      .post('/oauth2/access_token')
      .reply(() => {
        refusedAt = clock.now();
        return [401, revoked, hal];
      });
    answersLeads('access-2');
    const pair = { accessToken: 'access-2', refreshToken: 'refresh-2', expiresAt: clock.now() + day };
    // The other one has its answer, and writes it down a second later.
    const load = async () => (clock.now() >= refusedAt + 1000 ? pair : undefined);
    const client = connect({ ...notingStore([]), load });
    expect((await settle(client.list(leads))).rows).toEqual([]);
    expect(client.requests('authorization')).toBe(1);
  });

  test('a ban on the token endpoint stops everything', async () => {
    nock(origin).post('/oauth2/access_token').reply(403, '<html>', { 'content-type': 'text/html' });
    expect(await failure(connect(notingStore([])))).toBeInstanceOf(BlockedError);
  });

  test('a server in trouble is asked again, then given up as transient', async () => {
    nock(origin).post('/oauth2/access_token').times(6).reply(502, '<html>');
    const error = await failure(connect(notingStore([])));
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toMatch(/^Could not renew the token/);
  });
});

describe('a renamed account', () => {
  const expired = jwt({ exp: 1, api_domain: 'api-c.kommo.com' });
  const lookUp = (domain: string) =>
    nock('https://api-c.kommo.com', {
      reqheaders: { 'x-refresh-token': 'refresh-1' },
      badheaders: ['authorization'],
    })
      .get('/oauth2/account/current/subdomain')
      .reply(
        200,
        { id: 1, subdomain: 'newname', domain, top_level_domain: 'com' },
        { 'content-type': 'application/json' },
      );

  test.each([401, 404])('is found by its new name after %i, once', async (status) => {
    nock(origin).post('/oauth2/access_token').reply(status, revoked, hal);
    lookUp('newname.kommo.com');
    answersRefresh('1', '2', 'https://newname.kommo.com');
    answersLeads('access-2', 200, 'https://newname.kommo.com');
    const client = connect(notingStore([]), { accessToken: expired });
    expect((await settle(client.list(leads))).rows).toEqual([]);
    expect(logged.join()).toMatch(/moved from https:\/\/acme\.kommo\.com to https:\/\/newname\.kommo\.com/);
  });

  test('that is the same one was not renamed: the refusal stands', async () => {
    nock(origin).post('/oauth2/access_token').reply(401, revoked, hal);
    lookUp('acme.kommo.com');
    expect((await failure(connect(notingStore([]), { accessToken: expired }))).message).toMatch(
      /works only once/,
    );
  });

  test.each([
    'evil.example',
    'kommo.com.evil.example',
    'evil.example/kommo.com',
    'x@evil.example',
    'xkommo.com',
  ])('is not followed to %s', async (domain) => {
    nock(origin).post('/oauth2/access_token').reply(401, revoked, hal);
    lookUp(domain);
    const error = await failure(connect(notingStore([]), { accessToken: expired }));
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
  });

  test('is not looked for at a host that is not of Kommo', async () => {
    nock(origin).post('/oauth2/access_token').reply(401, revoked, hal);
    const elsewhere = nock('https://evil.example').get('/oauth2/account/current/subdomain').reply(200, {});
    const accessToken = jwt({ exp: 1, api_domain: 'evil.example' });
    expect(await failure(connect(notingStore([]), { accessToken }))).toBeInstanceOf(ConfigError);
    expect(elsewhere.isDone()).toBe(false);
  });
});

describe('a token file', () => {
  test('keeps the pair for its owner only, and a later run starts with it', async () => {
    const path = join(folder, 'tokens.json');
    answersRefresh('1', '2');
    answersLeads('access-2');
    answersLeads('access-2');
    await settle(connect(tokenFileStore(path, 'refresh-1', clock)).list(leads));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const later = connect(tokenFileStore(path, 'refresh-1', clock));
    await settle(later.list(leads));
    expect(later.requests('authorization')).toBe(0);
  });

  test('yields to a refresh token that somebody entered in the settings', async () => {
    const path = join(folder, 'tokens.json');
    await tokenFileStore(path, 'refresh-0', clock).save({
      accessToken: 'access-old',
      refreshToken: 'refresh-old',
      expiresAt: clock.now() + day,
    });
    answersRefresh('1', '2');
    answersLeads('access-2');
    const client = connect(tokenFileStore(path, 'refresh-1', clock));
    await settle(client.list(leads));
    expect(client.requests('authorization')).toBe(1);
  });

  test('that cannot be kept is found out before the refresh token is used up', async () => {
    const refresh = answersRefresh('1', '2');
    const error = await failure(
      connect(tokenFileStore(join(folder, 'missing', 'tokens.json'), 'refresh-1', clock)),
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/cannot be written \(ENOENT\): set token_store/);
    expect(refresh.isDone()).toBe(false);
  });

  test('that is damaged is named', async () => {
    const path = join(folder, 'tokens.json');
    writeFileSync(path, '{"access_');
    expect((await failure(connect(tokenFileStore(path, 'refresh-1', clock)))).message).toMatch(
      /token_store file .*tokens\.json is not valid JSON/,
    );
  });
});

test('the config file keeps its other settings when new tokens are written into it', async () => {
  const path = join(folder, 'config.json');
  const received = {
    subdomain: 'acme',
    credentials: { auth_type: 'oauth2.0', refresh_token: 'refresh-1' },
    extra: [1],
  };
  writeFileSync(path, JSON.stringify(received));
  answersRefresh('1', '2');
  answersLeads('access-2');
  await settle(connect(configFileStore(path, clock)).list(leads));
  const expiresAt = Date.parse(JSON.parse(readFileSync(path, 'utf8')).credentials.token_expiry_date);
  expect(Math.abs(expiresAt - clock.now() - day)).toBeLessThan(1000);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(
    withTokens(received, { accessToken: 'access-2', refreshToken: 'refresh-2', expiresAt }),
  );
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ subdomain: 'acme', extra: [1] });
});

describe('the one-time authorization', () => {
  test.each([
    [origin, 'https://www.kommo.com/oauth?client_id=id&state=s&mode=post_message'],
    ['https://acme.amocrm.ru', 'https://www.amocrm.ru/oauth?client_id=id&state=s&mode=post_message'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/oauth?client_id=id&state=s&mode=post_message'],
  ])('of %s is asked for at %s', (at, url) => {
    expect(consentUrl({ origin: at, clientId: 'id', state: 's' })).toBe(url);
  });

  const exchange = () =>
    settle(
      exchangeCode({ origin, integration: credentials, code: 'code-1' }, world()).catch((error) => error),
    );

  test('exchanges the code for a pair', async () => {
    nock(origin)
      .post(
        '/oauth2/access_token',
        (body) => body.grant_type === 'authorization_code' && body.code === 'code-1',
      )
      .reply(200, { expires_in: 60, access_token: 'access-1', refresh_token: 'refresh-1' }, hal);
    expect(await exchange()).toEqual({
      accessToken: 'access-1',
      refreshToken: 'refresh-1',
      expiresAt: clock.now() + 60_000,
    });
    expect(redactor.redact('access-1 code-1')).toBe('*** ***');
  });

  test.each([400, 401])('says what to do when the code is refused (%i)', async (status) => {
    nock(origin).post('/oauth2/access_token').reply(status, { detail: 'nope' }, hal);
    const error = await exchange();
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(/works once and for 20 minutes/);
  });
});
