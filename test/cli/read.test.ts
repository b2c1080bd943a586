import { expect, test } from 'vitest';
import { configure } from '../conformance/airbyte/source.ts';
import { ofType, readMessages, statusesIn } from '../dialect/airbyte/messages.ts';
import { accountWithFile } from './account-file.ts';
import { performHere } from './in-process.ts';
import { writeFiles } from './program.ts';

const readLeads = async (...given: string[]) => {
  const { config } = await accountWithFile({ leads: 30 });
  const { code, stdout } = await performHere(['read', '--config', config, ...given]);
  expect(code).toBe(0);
  const messages = readMessages(stdout);
  expect(statusesIn(messages)).toEqual(['leads STARTED', 'leads RUNNING', 'leads COMPLETE']);
  return { records: ofType(messages, 'RECORD'), log: ofType(messages, 'LOG') };
};

test('a look at the data tells each status once', async () => {
  const { records, log } = await readLeads('--streams', 'leads', '--limit', '3');
  expect(records).toHaveLength(3);
  expect(log).toEqual([]);
});

test('a look at the data tells all of it with --debug', async () => {
  const { log } = await readLeads('--streams', 'leads', '--debug');
  expect(log.some(({ message }) => message.startsWith('GET /api/v4/leads'))).toBe(true);
  expect(log.some(({ message }) => message === 'Marking stream leads as STARTED')).toBe(true);
});

test('a configured catalog has its statuses in the log as well', async () => {
  const discovered = readMessages((await performHere(['discover'])).stdout);
  const catalog = configure(ofType(discovered, 'CATALOG')[0], 'full_refresh', ['leads']);
  const { log } = await readLeads('--catalog', writeFiles({ 'catalog.json': catalog })['catalog.json']);
  expect(log.map(({ message }) => message)).toContain('Marking stream leads as STARTED');
});
