import nock from 'nock';
import { afterEach, expect, test } from 'vitest';
import { performHere } from './in-process.ts';
import { writeFiles } from './program.ts';

afterEach(() => nock.cleanAll());

test.each([
  [{ subdomain: 'acme' }, 'acme'],
  [{ subdomain: 'https://acme.amocrm.ru/leads' }, 'acme'],
  [{ subdomain: 'acme.kommo.com', api_url: 'https://proxy.example.com' }, 'acme'],
  [{ api_url: 'https://proxy.example.com' }, 'proxy.example.com'],
])('lines of an unattended run of %j say when they were written, and for %s', async (settings, account) => {
  const asked = nock(/./).get('/api/v4/account').query(true).reply(401);
  const { config } = writeFiles({ config: { api_key: 'not-a-token', ...settings } });
  const args = ['sync', '--config', config, '--to', `${config}.db`, '--debug'];
  const { code, stderr } = await performHere(args);
  expect([code, asked.isDone()]).toEqual([1, true]);
  const lines = stderr.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) {
    expect(line).toMatch(/^2025-11-20T\d\d:\d\d:\d\dZ /);
    expect(line.split(' ')[1]).toBe(account);
  }
});
