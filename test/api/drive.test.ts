import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../../src/api/client.ts';
import type { ListRequest } from '../../src/api/kommo-client.ts';
import { NotAvailableError, UnexpectedAnswerError } from '../../src/errors.ts';
import { createRedactor } from '../../src/redact.ts';
import { createVirtualClock } from './virtual-clock.ts';

const origin = 'https://acme.kommo.com';
const drive = 'https://drive-c.kommo.com';
const hal = { 'content-type': 'application/hal+json' };
const files: ListRequest = {
  host: 'drive',
  path: '/v1.0/files',
  envelope: 'files',
  query: { page: 1, limit: 50 },
  purpose: 'files',
};

beforeAll(() => nock.disableNetConnect());
afterAll(() => nock.enableNetConnect());
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});

function setUp() {
  const clock = createVirtualClock();
  const client = createClient({
    config: {
      origin,
      credentials: { type: 'long_lived_token', accessToken: 'token-1' },
      requestsPerSecond: 10_000,
    },
    version: '1.2.3',
    clock,
    random: () => 0.5,
    log: () => {},
    redactor: createRedactor(),
  });
  return { client, settle: clock.settle };
}

const names = (url: unknown) =>
  nock(origin)
    .get('/api/v4/account')
    .query({ with: 'drive_url' })
    .reply(200, { id: 1, ...(url !== undefined && { drive_url: url }) }, hal);

describe('the files of the account', () => {
  test('are asked for where the account says, which is asked once', async () => {
    names(drive);
    nock(drive, { reqheaders: { authorization: 'Bearer token-1' } })
      .get('/v1.0/files')
      .query(true)
      .times(3)
      .reply(200, { _embedded: { files: [{ uuid: 'a' }] } }, { 'content-type': 'application/json' });
    const { client, settle } = setUp();
    const pages = await settle(Promise.all([client.list(files), client.list(files), client.list(files)]));
    expect(pages.flatMap(({ rows }) => rows)).toEqual([{ uuid: 'a' }, { uuid: 'a' }, { uuid: 'a' }]);
    expect(client.requests('account')).toBe(1);
  });

  test('need no question of their own where the account was asked with drive_url anyway', async () => {
    nock(origin).get('/api/v4/account').query(true).reply(200, { id: 1, drive_url: drive }, hal);
    nock(drive).get('/v1.0/files').query(true).reply(204);
    const { client, settle } = setUp();
    await settle(client.account(['drive_url', 'users_groups']));
    expect((await settle(client.list(files))).rows).toEqual([]);
    expect(client.requests('account')).toBe(1);
  });

  test.each([
    'https://drive.evil.example',
    'http://drive-c.kommo.com',
    'https://drive-c.kommo.com.evil.example',
    'http://127.0.0.1:9',
    7,
  ])('are not asked for at %s', async (url) => {
    names(url);
    const { client, settle } = setUp();
    const error = await settle(client.list(files).catch((thrown) => thrown));
    expect(error).toBeInstanceOf(url === 7 ? NotAvailableError : UnexpectedAnswerError);
    expect(client.requests('files')).toBe(0);
  });

  test('are not available where the account names no place for them', async () => {
    names(undefined);
    const { client, settle } = setUp();
    const error = await settle(client.list(files).catch((thrown) => thrown));
    expect(error).toBeInstanceOf(NotAvailableError);
    expect(error).toMatchObject({ status: 404, needs: expect.stringContaining('Drive') });
    await settle(client.list(files).catch(() => {}));
    expect(client.requests('account')).toBe(1);
  });

  test.each([401, 403, 404])('that are refused with %i concern no other list', async (status) => {
    names(drive);
    nock(drive).get('/v1.0/files').query(true).reply(status, { title: 'no' }, hal);
    const { client, settle } = setUp();
    const error = await settle(client.list(files).catch((thrown) => thrown));
    expect(error).toBeInstanceOf(NotAvailableError);
    expect(error.status).toBe(status);
  });
});
