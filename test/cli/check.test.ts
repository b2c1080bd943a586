import nock from 'nock';
import { afterEach, expect, test } from 'vitest';
import { errorsIn, ofType, readMessages } from '../dialect/airbyte/messages.ts';
import { performHere } from './in-process.ts';
import { writeFiles } from './program.ts';

const { 'config.json': config } = writeFiles({
  'config.json': {
    subdomain: 'acme',
    credentials: { auth_type: 'long_lived_token', access_token: 'secret-token' },
  },
});
const account = () => nock('https://acme.kommo.com').persist().get('/api/v4/account').query(true);

afterEach(() => nock.cleanAll());

const check = async (...flags: string[]) => {
  const ended = await performHere(['check', '--config', config, ...flags]);
  expect(ended.stdout + ended.stderr).not.toContain('secret-token');
  return { ...ended, messages: readMessages(ended.stdout) };
};

test('a host that does not exist is a wrong subdomain', async () => {
  const error = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
  account().replyWithError(error);
  const { code, messages } = await check();
  const [status] = ofType(messages, 'CONNECTION_STATUS');
  expect(status.status).toBe('FAILED');
  expect(status.message).toMatch(/no account at this address.*subdomain/);
  expect(code).toBe(0);
});

test.each([
  ['a network that is away', { code: 'ENETUNREACH' }],
  ['a connection that breaks', { code: 'ECONNRESET' }],
])('%s says nothing about the settings: an error, another try later', async (_, cause) => {
  account().replyWithError(Object.assign(new Error('no'), cause));
  const { code, messages } = await check();
  expect(ofType(messages, 'CONNECTION_STATUS')).toEqual([]);
  expect(errorsIn(messages)).toHaveLength(1);
  expect(errorsIn(messages)[0]).toMatchObject({
    failure_type: 'transient_error',
    message: expect.stringMatching(/network/),
  });
  expect(code).toBe(1);
});

test('a server that fails is an error, another try later', async () => {
  account().reply(503, '<html>secret-token</html>');
  const { code, messages } = await check();
  expect(errorsIn(messages)[0].failure_type).toBe('transient_error');
  expect(code).toBe(1);
});

test('a token that is quoted back does not get out', async () => {
  account().reply(400, { title: 'Bad', detail: 'the token secret-token is odd', status: 400 });
  const { stdout } = await check('--debug');
  expect(stdout).toContain('the token ***');
});
