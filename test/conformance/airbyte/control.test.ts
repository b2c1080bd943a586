/** Renewed tokens and the platform: told before they are used, with the config as it came (airbyte.md §7). */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { runIn, skippingClock } from '../../cli/in-process.ts';
import { ended, startProgram, writeFiles } from '../../cli/program.ts';
import { errorsIn, type Message, ofType, readMessages, statusesIn } from '../../dialect/airbyte/messages.ts';
import { configure, recordsOf, runVerb } from './source.ts';

let simulator: Simulator;
let catalog: Message;
let config: Message;
const clock = skippingClock();
const run = runIn(clock);

beforeEach(async () => {
  simulator = await startSimulator({
    leads: 60,
    requestsPerSecond: null,
    clock,
    oauth: {
      clientId: 'the-client',
      clientSecret: 'the-client-secret',
      redirectUri: 'https://example.com/',
      refreshToken: 'the-first-refresh-token',
    },
  });
  [catalog] = ofType((await runVerb('discover')).messages, 'CATALOG');
  config = {
    subdomain: 'simulated',
    api_url: simulator.url,
    requests_per_second: 10_000,
    start_date: '2020-01-01',
    __injected: { by: 'the platform' },
    credentials: {
      auth_type: 'oauth2.0',
      client_id: 'the-client',
      client_secret: 'the-client-secret',
      redirect_uri: 'https://example.com/',
      refresh_token: 'the-first-refresh-token',
    },
  };
});
afterEach(() => simulator.close());

const read = () =>
  runVerb('read', { 'config.json': config, 'catalog.json': configure(catalog, 'full_refresh') }, run);

test('new tokens are told in the config as it came, before a record is read with them', async () => {
  const { code, messages } = await read();
  expect(code).toBe(0);
  const controls = ofType(messages, 'CONTROL');
  expect(controls).toHaveLength(1);
  const { access_token, refresh_token, token_expiry_date, ...credentials } =
    controls[0].connectorConfig.config.credentials;
  expect({
    ...controls[0].connectorConfig.config,
    credentials: { ...credentials, refresh_token: 'the-first-refresh-token' },
  }).toEqual(config);
  expect(simulator.oauth.accepts(`Bearer ${access_token}`)).toBe(true);
  expect(refresh_token).not.toBe('the-first-refresh-token');
  expect(Date.parse(token_expiry_date)).toBeGreaterThan(clock.now());
  const types = messages.map(({ type }) => type);
  expect(types.indexOf('CONTROL')).toBeLessThan(types.indexOf('RECORD'));
});

test('the config that was told serves the next read, which renews nothing', async () => {
  const first = await read();
  config = ofType(first.messages, 'CONTROL')[0].connectorConfig.config;
  const second = await read();
  expect(second.code).toBe(0);
  expect(ofType(second.messages, 'CONTROL')).toEqual([]);
  expect(recordsOf(second.messages, 'leads').length).toBe(60);
});

test('an access token that is revoked in the middle is renewed, and nothing is lost', async () => {
  config.credentials.access_token = simulator.oauth.issueAccessToken();
  config.credentials.token_expiry_date = new Date(clock.now() + 3_600_000).toISOString();
  simulator.faults.addNamed('unauthorized', { after: 3, times: 1 });
  const { code, messages } = await read();
  expect(code).toBe(0);
  expect(ofType(messages, 'CONTROL')).toHaveLength(1);
  expect(recordsOf(messages, 'leads').length).toBe(60);
});

test('a refresh token that was used up is an error that says what to do', async () => {
  simulator.oauth.revokeRefresh();
  const { code, messages } = await read();
  expect(code).toBe(1);
  expect(ofType(messages, 'CONTROL')).toEqual([]);
  expect(errorsIn(messages)[0].failure_type).toBe('config_error');
  expect(errorsIn(messages)[0].message).toMatch(/authori[sz]e/i);
  expect(statusesIn(messages).filter((status) => status.endsWith(' COMPLETE'))).toEqual([]);
});

test('check tells new tokens too', async () => {
  const { code, messages } = await runVerb('check', { 'config.json': config }, run);
  expect(code).toBe(0);
  const types = messages.map(({ type }) => type).filter((type) => type !== 'LOG');
  expect(types).toEqual(['CONTROL', 'CONNECTION_STATUS']);
});

test('a token store keeps what a runner drops', async () => {
  const { 'store.json': store } = writeFiles({ 'store.json': '{}' });
  config.token_store = store;
  const first = await read();
  expect(first.code).toBe(0);
  // As a runner that does not know CONTROL: the same config once more.
  const second = await read();
  expect(second.code).toBe(0);
  expect(ofType(second.messages, 'CONTROL')).toEqual([]);
  const told = ofType(first.messages, 'CONTROL')[0].connectorConfig.config.credentials;
  expect(JSON.parse(readFileSync(store, 'utf8')).refresh_token).toBe(told.refresh_token);
});

test('secrets stand in CONTROL and nowhere else, also when every request is logged', async () => {
  const paths = writeFiles({ 'config.json': config, 'catalog.json': configure(catalog, 'full_refresh') });
  const flags = ['--config', paths['config.json'], '--catalog', paths['catalog.json'], '--debug'];
  const { stdout, stderr } = await ended(startProgram('source-kommo', ['read', ...flags]));
  const { credentials } = ofType(readMessages(stdout), 'CONTROL')[0].connectorConfig.config;
  const rest = stdout.split('\n').filter((line) => !line.startsWith('{"type":"CONTROL"'));
  for (const secret of [
    'the-first-refresh-token',
    'the-client-secret',
    credentials.access_token,
    credentials.refresh_token,
  ]) {
    expect(rest.join('\n') + stderr).not.toContain(secret);
  }
});
