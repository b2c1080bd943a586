/** Where the token may go: every other address is refused by name before a request sets out. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { performHere } from '../cli/in-process.ts';
import { ended, startProgram, writeFiles } from '../cli/program.ts';
import { errorsIn, ofType, readMessages } from '../dialect/airbyte/messages.ts';
import { account, expectComplete, readAll, settingsFor, streamNames } from './whole-run.ts';

const credentials = { auth_type: 'long_lived_token', access_token: 'a-token-that-stays-home' };

describe('a config with', () => {
  test.each<[Record<string, string>, RegExp]>([
    [{ subdomain: 'me:secret@acme.kommo.com' }, /subdomain must not contain a user name or password/],
    [{ subdomain: 'https://acme.kommo.com@evil.example' }, /subdomain must not contain a user name/],
    [{ subdomain: 'acme.kommo.com:8443' }, /subdomain must not contain a port/],
    [{ subdomain: 'https://acme.kommo.com:8443/leads' }, /subdomain must not contain a port/],
    [{ subdomain: 'acme/leads' }, /subdomain must be a name without a path/],
    [{ subdomain: 'acme?x=.kommo.com' }, /subdomain must be/],
    [{ subdomain: 'acme#.kommo.com' }, /subdomain must be/],
    [{ subdomain: 'аcme' }, /subdomain must consist of the letters a-z/],
    [{ subdomain: 'acme.kоmmo.com' }, /subdomain must consist of the letters a-z/],
    [{ subdomain: 'acme。kommo.com' }, /subdomain must consist of the letters a-z/],
    [{ subdomain: 'xn--cme-7cd' }, /subdomain must consist of the letters a-z/],
    [{ subdomain: 'evil.example' }, /subdomain must be an account under kommo\.com/],
    [{ subdomain: 'acme.kommo.com.evil.example' }, /subdomain must be an account under/],
    [{ subdomain: 'kommo.com' }, /subdomain must/],
    [{ subdomain: 'www.kommo.com' }, /subdomain must name your account/],
    [{ subdomain: 'acme.evil-kommo.com' }, /subdomain must be an account under/],
    [{ subdomain: '127.0.0.1' }, /subdomain must be an account under/],
    [{ subdomain: 'localhost' + '\\@evil.example' }, /subdomain must not contain a user name/],
    [{ subdomain: 'ftp://acme.kommo.com' }, /subdomain must be an https address/],
    [{ subdomain: 'javascript:alert(1)' }, /subdomain must not contain a port/],
    [{ subdomain: '..' }, /subdomain must/],
    [{ subdomain: 'a\r\nHost: evil.example' }, /subdomain must/],
    [{ api_url: 'http://kommo.example' }, /api_url must be https: plain http is for this machine only/],
    [{ api_url: 'http://127.0.0.1.evil.example' }, /api_url must be https/],
    [{ api_url: 'http://0.0.0.0' }, /api_url must be https/],
    [{ api_url: 'https://me:secret@kommo.example' }, /api_url must not contain a user name/],
    [{ api_url: 'https://kommo.example/api' }, /api_url must be an address without a path/],
    [{ api_url: 'https://kommo.example?x=1' }, /api_url must be an address without a path/],
    [{ api_url: 'file:///etc/passwd' }, /api_url must be an address like/],
    [{ api_url: 'kommo.example' }, /api_url must be an address like/],
  ])('%j is refused by every command', async (address, problem) => {
    const { config, file } = writeFiles({ config: { ...address, credentials }, file: '' });
    const check = await performHere(['check', '--config', config]);
    expect(ofType(readMessages(check.stdout), 'CONNECTION_STATUS')).toEqual([
      { status: 'FAILED', message: expect.stringMatching(problem) },
    ]);
    const read = await performHere(['read', '--config', config]);
    expect(errorsIn(readMessages(read.stdout))).toMatchObject([
      { failure_type: 'config_error', message: expect.stringMatching(problem) },
    ]);
    const sync = await performHere(['sync', '--config', config, '--to', `${file}.db`]);
    expect(sync.stderr).toMatch(problem);
    expect(sync.stderr.trim().split('\n')).toHaveLength(1);
    const tap = await performHere(['--config', config], { program: 'tap-kommo' });
    expect(tap.stderr.trim().split('\n').at(-1)).toMatch(problem);
    expect([check.code, read.code, sync.code, tap.code]).toEqual([0, 1, 1, 1]);
    for (const text of [check, read, sync, tap].map(({ stdout, stderr }) => stdout + stderr)) {
      expect(text).not.toMatch(/me:secret|\n\s+at /);
    }
  });
});

/** Another server on this machine, which nobody should ask. */
async function elsewhere() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`);
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const close = async () => void server.close();
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: close,
  };
}

describe.concurrent('an account that points elsewhere', () => {
  test('by a redirect is not followed', async () => {
    await using other = await elsewhere();
    await using simulator = await account({ leads: 20 });
    const headers = { Location: `${other.url}/api/v4/leads` };
    simulator.faults.add({ fault: { kind: 'status', status: 302, headers }, list: 'leads' });
    const run = await readAll(settingsFor(simulator));
    expect(run.code).toBe(1);
    expect(run.failures.leads.message).toMatch(
      /redirects to 127\.0\.0\.1:\d+ \(302\); the token is not sent there/,
    );
    expect(other.asked).toEqual([]);
  });

  test('by the link to the next page is not followed', async () => {
    await using other = await elsewhere();
    await using simulator = await account({ leads: 300 });
    const href = `${other.url}/api/v4/leads?page=2`;
    simulator.faults.add({ fault: { kind: 'next', href }, list: 'leads' });
    const run = await readAll(settingsFor(simulator));
    expectComplete(simulator, run);
    const warnings = ofType(run.messages, 'LOG').filter(({ level }) => level === 'WARN');
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^Answers of 127\.0\.0\.1:\d+ link to another host \(127\.0\.0\.1:\d+\); nothing is sent there/,
      ),
    ]);
    expect(other.asked).toEqual([]);
  });
});

test('--debug logs every request with its status, its time and its X-Request-Id', async () => {
  await using simulator = await account({ leads: 300 });
  const { config } = writeFiles({ config: settingsFor(simulator) });
  simulator.faults.add({ fault: { kind: 'status', status: 502 }, list: 'users', times: 1 });
  simulator.faults.add({ fault: { kind: 'reset' }, list: 'tasks', times: 1 });
  const end = await ended(
    startProgram('source-kommo', ['read', '--debug', '--config', config, '--streams', streamNames.join()]),
  );
  expect(end.code).toBe(0);
  const logged = ofType(readMessages(end.stdout), 'LOG').filter(({ level }) => level === 'DEBUG');
  const lines = logged.map(({ message }) => message as string);
  const { log } = simulator.statistics;
  const method = /^GET (\/(?:api\/v4|v1\.0)\/\S+) (\d{3}) X-Request-Id (simulated-\d+) \d+ ms$/;
  const answered = lines.flatMap((line) => [method.exec(line)?.slice(1, 3).join(' ') ?? []].flat());
  const served = log
    .filter(({ status }) => status > 0)
    .map(({ url, status }) => `${decodeURIComponent(url)} ${status}`);
  expect(answered.sort()).toEqual(served.sort());
  expect(
    lines.filter((line) => /^GET \/api\/v4\/tasks\?.* the connection was lost \(\w+\) \d+ ms$/.test(line)),
  ).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith('GET '))).toHaveLength(log.length);
});
