/** The connector acceptance tests' TestConnection: exit 0 for yes and no, an error for "could not say". */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { runProgram } from '../../cli/program.ts';
import { errorsIn, ofType } from '../../dialect/airbyte/messages.ts';
import { runVerb, settingsFor } from './source.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ leads: 20, requestsPerSecond: null });
});
afterEach(() => simulator.faults.clear());
afterAll(() => simulator.close());

const status = async (config: unknown, run?: typeof runProgram) => {
  const { code, messages } = await runVerb('check', { 'config.json': config }, run);
  expect(errorsIn(messages)).toEqual([]);
  const statuses = ofType(messages, 'CONNECTION_STATUS');
  expect(statuses).toHaveLength(1);
  expect(code).toBe(0);
  return statuses[0];
};

const token = (access_token: string) => ({ credentials: { auth_type: 'long_lived_token', access_token } });

test('good settings succeed, and name the account', async () => {
  const { status: answer, message } = await status(settingsFor(simulator), runProgram);
  expect(answer).toBe('SUCCEEDED');
  expect(message).toContain(simulator.account.subdomain);
});

test('settings that came with keys of the platform succeed', async () => {
  const config = settingsFor(simulator, { __injected_declarative_manifest: {}, _limit: 5, start_date: null });
  expect((await status(config)).status).toBe('SUCCEEDED');
});

test('the short form of the token succeeds', async () => {
  const { credentials, ...rest } = settingsFor(simulator);
  expect((await status({ ...rest, api_key: credentials.access_token })).status).toBe('SUCCEEDED');
});

test.each([
  ['an empty config', () => ({}), /subdomain.*credentials/],
  ['a config that is a list', () => [], /JSON object/],
  ['a field that is wrong', () => settingsFor(simulator, { start_date: 'soon' }), /start_date/],
  ['a wrong token', () => settingsFor(simulator, token('wrong-token')), /401.*new long-lived token/s],
])('%s fails', async (_, config, expected) => {
  const { status: answer, message } = await status(config());
  expect(answer).toBe('FAILED');
  expect(message).toMatch(expected);
});

test.each([
  ['payment', /402/],
  ['forbidden', /403/],
  ['not-found', /subdomain/],
  ['ban', /blocked/],
  ['redirect', /redirects/],
])('an account that answers "%s" fails', async (name, expected) => {
  simulator.faults.addNamed(name);
  const { status: answer, message } = await status(settingsFor(simulator));
  expect(answer).toBe('FAILED');
  expect(message).toMatch(expected);
});

test('a right that is missing is named, and the connection stands', async () => {
  simulator.faults.addNamed('forbidden', { list: 'users' });
  const { status: answer, message } = await status(settingsFor(simulator));
  expect(answer).toBe('SUCCEEDED');
  expect(message).toMatch(
    / users cannot be read \(403\): it needs the token of an administrator.*\. Leave this stream out otherwise\.$/,
  );
});

test('a token that ends soon is reported', async () => {
  const soon = simulator.oauth.issueLongLived(simulator.account.now() + 5 * 86_400);
  const { status: answer, message } = await status(settingsFor(simulator, token(soon)));
  expect(answer).toBe('SUCCEEDED');
  expect(message).toMatch(/token ends on \d{4}-\d\d-\d\d/);
});

test('an answer that nobody understands is an error, not a status', async () => {
  simulator.faults.add({ fault: { kind: 'body', change: () => ({ hello: 'world' }) } });
  const { code, messages } = await runVerb('check', { 'config.json': settingsFor(simulator) });
  expect(ofType(messages, 'CONNECTION_STATUS')).toEqual([]);
  expect(errorsIn(messages)).toHaveLength(1);
  expect(errorsIn(messages)[0].failure_type).toBe('system_error');
  expect(code).toBe(1);
});
