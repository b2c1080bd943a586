import { chmodSync, readFileSync, statSync } from 'node:fs';
import * as files from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Performed, performHere } from './in-process.ts';
import { ended, startProgram, writeFiles } from './program.ts';

let simulator: Simulator;
afterEach(() => simulator.close());
beforeEach(() => start('https://example.com/kommo'));

let config: string;

async function start(redirectUri: string): Promise<void> {
  simulator = await startSimulator({
    leads: 5,
    requestsPerSecond: null,
    oauth: {
      clientId: 'the-client',
      clientSecret: 'the-client-secret',
      redirectUri,
      authorizationCode: 'the-code',
    },
  });
  ({ 'config.json': config } = writeFiles({
    'config.json': {
      subdomain: 'simulated',
      api_url: simulator.url,
      kept: 'as it is',
      credentials: {
        auth_type: 'oauth2.0',
        client_id: 'the-client',
        client_secret: 'the-client-secret',
        redirect_uri: redirectUri,
      },
    },
  }));
  chmodSync(config, 0o640);
}

const kept = () => JSON.parse(readFileSync(config, 'utf8'));

function expectAuthorized({ code, stdout, stderr }: Performed): void {
  expect(stdout).toContain(`Authorized: the tokens are in ${config}.`);
  expect(code).toBe(0);
  const { kept: other, credentials } = kept();
  expect(other).toBe('as it is');
  expect(credentials.refresh_token).toBe(simulator.oauth.refreshToken);
  expect(simulator.oauth.accepts(`Bearer ${credentials.access_token}`)).toBe(true);
  expect(statSync(config).mode & 0o777).toBe(0o640);
  for (const secret of ['the-client-secret', credentials.access_token, credentials.refresh_token]) {
    expect(stdout + stderr).not.toContain(secret);
  }
}

/** Runs login with a person who reads the page's address and pastes `answer(state)`. */
async function loginPasting(answer: (state: string) => string): Promise<Performed> {
  const stdin = new PassThrough();
  const pages: string[] = [];
  const performed = performHere(['login', '--config', config], {
    clock: systemClock,
    openStdin: () => stdin,
    onLine: (line) => {
      if (!line.includes('/oauth?')) return;
      pages.push(line);
      stdin.end(`${answer(new URL(line).searchParams.get('state')!)}\n`);
    },
  });
  const result = await performed;
  expect(pages[0]).toMatch(/\/oauth\?client_id=the-client&state=[^&]+&mode=post_message$/);
  return result;
}

test('the pasted address gives the tokens', async () => {
  expectAuthorized(
    await loginPasting((state) => `https://example.com/kommo?code=the-code&referer=x&state=${state}`),
  );
});

test('the pasted code gives the tokens', async () => {
  expectAuthorized(await loginPasting(() => 'the-code'));
});

test('the tokens that were got work', async () => {
  expectAuthorized(await loginPasting(() => 'the-code'));
  const { stdout } = await performHere(['check', '--config', config], { clock: systemClock });
  expect(stdout).toContain('"SUCCEEDED"');
});

test.each<[string, (state: string) => string, RegExp]>([
  [
    'an address of another authorization',
    () => 'https://example.com/kommo?code=the-code&state=other',
    /another authorization/,
  ],
  ['an address without a code', () => 'https://example.com/kommo', /no code in this address/],
  ['a refusal', (state) => `https://example.com/kommo?error=access_denied&state=${state}`, /denied/],
  ['prose', () => 'what do you mean', /neither the address/],
  ['a wrong code', () => 'another-code', /code/],
])('%s changes nothing', async (_, answer, expected) => {
  const before = kept();
  const { code, stderr } = await loginPasting(answer);
  expect(code).toBe(1);
  expect(stderr).toMatch(expected);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(kept()).toEqual(before);
});

describe('the account that gave the code', () => {
  const credentials = {
    auth_type: 'oauth2.0',
    client_id: 'the-client',
    client_secret: 'the-client-secret',
    redirect_uri: 'https://example.com/kommo',
  };
  const address = (referer: string) => (state: string) =>
    `https://example.com/kommo?code=the-code&referer=${encodeURIComponent(referer)}&state=${state}`;
  beforeEach(() => {
    ({ 'config.json': config } = writeFiles({ 'config.json': { subdomain: 'acme', credentials } }));
  });
  afterEach(() => nock.cleanAll());

  test('is asked for the tokens', async () => {
    const tokens = { access_token: 'an-access-token', refresh_token: 'a-refresh-token', expires_in: 86_400 };
    const asked = nock('https://acme.kommo.com').post('/oauth2/access_token').reply(200, tokens);
    const { code } = await loginPasting(address('acme.kommo.com'));
    expect(code).toBe(0);
    expect(asked.isDone()).toBe(true);
    expect(kept().credentials.refresh_token).toBe('a-refresh-token');
  });

  test.each(['other.kommo.com', 'acme.amocrm.ru', 'acme.kommo.com.evil.example', 'evil.example', ''])(
    'must be the one of the settings, not "%s"',
    async (referer) => {
      const anywhere = nock(/./).post(/./).reply(200, {});
      const { code, stderr } = await loginPasting(address(referer));
      expect(code).toBe(1);
      expect(stderr).toContain(`granted for the account "${referer}", but subdomain names acme.kommo.com`);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(anywhere.isDone()).toBe(false);
      expect(kept()).toEqual({ subdomain: 'acme', credentials });
    },
  );
});

test('nothing pasted is wrong usage', async () => {
  const { code, stderr } = await performHere(['login', '--config', config], {
    openStdin: () => Readable.from([]),
  });
  expect(stderr).toMatch(/^source-kommo: nothing was pasted; pass the code with --code CODE/);
  expect(code).toBe(2);
});

test('the code may be given at once', async () => {
  const flags = ['--config', config, '--code', 'the-code'];
  expectAuthorized(await performHere(['login', ...flags], { clock: systemClock }));
});

test('a long-lived token needs none', async () => {
  const { 'config.json': path } = writeFiles({ 'config.json': { subdomain: 'acme', api_key: 'a-token' } });
  const { code, stderr } = await performHere(['login', '--config', path]);
  expect(stderr).toMatch(/needs no login/);
  expect(code).toBe(1);
});

test('fields that are missing are named', async () => {
  const { 'config.json': path } = writeFiles({
    'config.json': { subdomain: 'acme', credentials: { auth_type: 'oauth2.0' } },
  });
  const { code, stderr } = await performHere(['login', '--config', path]);
  expect(stderr).toMatch(/client_id.*client_secret.*redirect_uri/);
  expect(stderr).not.toMatch(/refresh_token/);
  expect(code).toBe(1);
});

test('the browser that comes back to this machine brings the code', async () => {
  await simulator.close();
  const redirectUri = `http://127.0.0.1:${await freePort()}/kommo`;
  await start(redirectUri);
  const program = startProgram('source-kommo', ['login', '--config', config]);
  const end = ended(program);
  let said = '';
  await new Promise<void>((resolve) => {
    program.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.includes('this program waits.')) resolve();
    });
  });
  const state = /state=([^&]+)/.exec(said)![1];
  const page = await fetchWhenReady(`${redirectUri}?code=the-code&state=${state}`);
  expect(await page.text()).toMatch(/can be closed/);
  const { code } = await end;
  expect(code).toBe(0);
  expect(kept().credentials.refresh_token).toBe(simulator.oauth.refreshToken);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The address is printed a moment before anybody listens there. */
async function fetchWhenReady(url: string): Promise<Response> {
  for (let tries = 0; ; tries++) {
    try {
      return await fetch(url);
    } catch (error) {
      if (tries > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

test('over SSH the browser does not come back, and --code is shown', async () => {
  await simulator.close();
  await start(`http://127.0.0.1:${await freePort()}/kommo`);
  const page = (environment: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const stopping = new AbortController();
      const performed = performHere(['login', '--config', config], {
        clock: systemClock,
        environment,
        signal: stopping.signal,
        onLine: (line) => {
          if (/this program waits|--code CODE/.test(line))
            setImmediate(() => stopping.abort(new Error('seen')));
        },
      });
      performed.then(({ stdout }) => resolve(stdout));
    });
  expect(await page({ SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' })).toContain(
    `run: source-kommo login --config ${config} --code CODE`,
  );
  expect(await page({})).not.toContain('--code');
});

test('a config file that cannot be written is found out before anybody is sent to the browser', async () => {
  const access = async () => {
    throw Object.assign(new Error('no'), { code: 'EROFS' });
  };
  const flags = ['login', '--config', config, '--code', 'the-code'];
  const { code, stderr } = await performHere(flags, { clock: systemClock, files: { ...files, access } });
  expect(code).toBe(1);
  expect(stderr).toContain(`The config file ${config} cannot be written (EROFS), and login puts the tokens`);
  expectAuthorized(await performHere(flags, { clock: systemClock }));
});
