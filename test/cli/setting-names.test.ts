/** Messages name what the user has set, not the setting it stands for; and the environment fills what a file lacks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { readMessages } from '../dialect/airbyte/messages.ts';
import { performHere } from './in-process.ts';
import { runProgram, writeFiles } from './program.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ leads: 5, requestsPerSecond: null });
});
afterAll(() => simulator.close());

const wrong = 'a-token-that-is-wrong';
const where = () => ({ api_url: simulator.url, requests_per_second: 10_000 });
type Environment = Readonly<Record<string, string>>;

async function messageOf(settings: object | undefined, environment: Environment = {}): Promise<string> {
  const flags = settings === undefined ? [] : ['--config', writeFiles({ config: settings }).config];
  const { code, stdout } = await performHere(['check', ...flags], { clock: systemClock, environment });
  expect(code).toBe(0);
  return readMessages(stdout).at(-1)!.connectionStatus.message;
}

describe('a token that Kommo refuses is asked for in', () => {
  test.each<[string, object, Environment]>([
    ['api_key', { api_key: wrong }, {}],
    ['credentials.access_token', { credentials: { auth_type: 'long_lived_token', access_token: wrong } }, {}],
    ['KOMMO_API_KEY', {}, { KOMMO_API_KEY: wrong }],
  ])('%s', async (name, settings, environment) => {
    const message = await messageOf({ ...where(), ...settings }, environment);
    expect(message).toMatch(new RegExp(`put it into ${name}, and check that api_url names the same account`));
  });

  test.each<[string, Environment]>([
    ['TAP_KOMMO_API_KEY', { TAP_KOMMO_API_KEY: wrong }],
    [
      'TAP_KOMMO_CREDENTIALS_ACCESS_TOKEN',
      {
        TAP_KOMMO_CREDENTIALS: '{"auth_type":"long_lived_token"}',
        TAP_KOMMO_CREDENTIALS_ACCESS_TOKEN: wrong,
      },
    ],
    [
      'TAP_KOMMO_CREDENTIALS',
      { TAP_KOMMO_CREDENTIALS: JSON.stringify({ auth_type: 'long_lived_token', access_token: wrong }) },
    ],
  ])('%s', async (name, environment) => {
    const given = { TAP_KOMMO_API_URL: simulator.url, ...environment };
    const { code, stderr } = await runProgram('tap-kommo', ['--config', 'ENV', '--test'], given);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`put it into ${name}, and check that TAP_KOMMO_API_URL names`));
  });
});

describe('a setting that is not valid is named as it was given:', () => {
  test.each<[object | undefined, Environment, string]>([
    [{ subdomain: 'a b', api_key: 'key' }, {}, 'subdomain '],
    [{ api_key: 'key' }, { KOMMO_SUBDOMAIN: 'a b' }, 'KOMMO_SUBDOMAIN '],
    [undefined, { KOMMO_SUBDOMAIN: 'a b', KOMMO_API_KEY: 'key' }, 'KOMMO_SUBDOMAIN '],
    [undefined, { KOMMO_SUBDOMAIN: 'acme' }, 'KOMMO_API_KEY is missing'],
    [undefined, { KOMMO_API_KEY: 'key' }, 'KOMMO_SUBDOMAIN is missing'],
    [{ subdomain: 'acme' }, {}, 'credentials is missing'],
    [{ subdomain: 'acme', api_key: ' ' }, {}, 'api_key is empty'],
    [{ subdomain: 'acme' }, { KOMMO_API_KEY: ' ' }, 'KOMMO_API_KEY is empty'],
  ])('%o with %o', async (settings, environment, expected) => {
    expect(await messageOf(settings, environment)).toContain(`The config is not valid: ${expected}`);
  });
});

describe('the environment', () => {
  test('fills what a config file lacks, for check and for sync', async () => {
    const { config, file } = writeFiles({ config: where(), file: '' });
    const environment = { KOMMO_API_KEY: simulator.token };
    expect(await messageOf(where(), environment)).toMatch(/^Connected to /);
    const sync = ['sync', '--config', config, '--streams', 'users', '--to', `${file}.db`];
    expect(await performHere(sync, { clock: systemClock, environment })).toMatchObject({ code: 0 });
  });

  test('does not replace what is in the file', async () => {
    const settings = { ...where(), api_key: simulator.token };
    expect(await messageOf(settings, { KOMMO_API_KEY: wrong, KOMMO_SUBDOMAIN: 'other' })).toMatch(
      /^Connected/,
    );
  });

  test('that is empty leaves check without settings: wrong usage', async () => {
    const { code, stderr } = await performHere(['check']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/missing --config FILE, or KOMMO_SUBDOMAIN and KOMMO_API_KEY/);
  });
});
