import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { errorsIn, readMessages } from '../dialect/airbyte/messages.ts';
import { performHere } from './in-process.ts';
import { runProgram, writeFiles } from './program.ts';

const files = writeFiles({
  'config.json': {
    subdomain: 'acme',
    credentials: { auth_type: 'long_lived_token', access_token: 'secret-token' },
  },
  'broken.json': '{"subdomain": "acme", "api_key": "secret-token" "start_date": 1}',
  'empty.json': '',
  'wrong.json': { credentials: { auth_type: 'long_lived_token' }, start_date: 'soon' },
  'catalog.json': { streams: [] },
  'list.json': [1, 2],
  'discovered.json': { streams: [{ name: 'leads', json_schema: {} }] },
  'message.json': { type: 'CATALOG', catalog: { streams: [{ name: 'leads', json_schema: {} }] } },
  'singer.json': { streams: [{ tap_stream_id: 'leads', stream: 'leads', schema: {} }] },
});
const missing = join(dirname(files['config.json']), 'missing.json');
const directory = join(dirname(files['config.json']), 'directory');
mkdirSync(directory);

const config = ['--config', files['config.json']];
const catalog = ['--catalog', files['catalog.json']];

describe('the command line', () => {
  test.each([
    [[], 'no command; one of: spec, '],
    [['raed'], 'unknown command raed; one of: '],
    [['constructor'], 'unknown command constructor; one of: '],
    [['spec', '--nope'], 'unknown flag --nope'],
    [['discover', 'leads'], 'unexpected argument leads'],
    [['check'], 'missing --config FILE'],
    [['check', '--config'], '--config needs a value: FILE'],
    [['read'], 'missing --config FILE, or KOMMO_SUBDOMAIN and KOMMO_API_KEY'],
    [['read', ...config, '--state', files['list.json']], '--state needs --catalog'],
    [
      ['read', ...config, ...catalog, '--streams', 'leads'],
      '--streams and --limit are for a read without --catalog',
    ],
    [
      ['read', ...config, ...catalog, '--limit', '5'],
      '--streams and --limit are for a read without --catalog',
    ],
    [['read', ...config, '--streams', 'leads,nope'], '--streams: there is no stream "nope"'],
    [['read', ...config, '--limit', 'few'], '--limit: "few" is not a number above 0'],
    [['read', ...config, '--limit', '0'], '--limit: "0" is not a number above 0'],
  ])('%j: %s', async (args, expected) => {
    const { code, stdout, stderr } = await performHere(args);
    const [name = ''] = args;
    const command = Object.hasOwn(commands, name) ? `source-kommo ${name}` : 'source-kommo';
    expect(stderr).toMatch(/^source-kommo: [^\n]+\n$/);
    expect(stderr).toContain(`(see ${command} --help)\n`);
    expect(stderr).toContain(expected);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('the files', () => {
  test.each<[string[], RegExp]>([
    [['check', '--config', missing], /config file .*missing\.json does not exist/],
    [['check', '--config', directory], /config file .* is a directory/],
    [['check', '--config', files['broken.json']], /config file .* is not valid JSON/],
    [['read', ...catalog, '--config', missing], /config file .*missing\.json does not exist/],
    [['read', ...catalog, '--config', files['broken.json']], /config file .* is not valid JSON/],
    [['read', ...catalog, '--config', files['empty.json']], /config must be a JSON object/],
    [['read', ...catalog, '--config', files['list.json']], /config must be a JSON object/],
    [
      ['read', ...catalog, '--config', files['wrong.json']],
      /subdomain.*credentials\.access_token.*start_date/,
    ],
    [['read', ...config, '--catalog', missing], /catalog file .*missing\.json does not exist/],
    [['read', ...config, '--catalog', directory], /catalog file .* is a directory/],
    [['read', ...config, '--catalog', files['broken.json']], /catalog file .* is not valid JSON/],
    [['read', ...config, '--catalog', files['list.json']], /not a configured catalog/],
    [
      ['read', ...config, '--catalog', files['discovered.json']],
      /not a configured catalog.* but what discover prints: streams\.0 .*leave --catalog out/,
    ],
    [
      ['read', ...config, '--catalog', files['message.json']],
      /but what discover prints: catalog\.streams\.0/,
    ],
    [['read', ...config, '--catalog', files['singer.json']], /but one of Singer, which tap-kommo takes/],
    [['read', ...config, ...catalog, '--state', missing], /state file .*missing\.json does not exist/],
    [['read', ...config, ...catalog, '--state', directory], /state file .* is a directory/],
    [['read', ...config, ...catalog, '--state', files['broken.json']], /state file .* is not valid JSON/],
    [['read', ...config, ...catalog, '--state', files['list.json']], /not a list of Airbyte stream states/],
  ])('%j', async (args, expected) => {
    const { code, stdout, stderr } = await performHere(args);
    const messages = readMessages(stdout);
    expect(messages).toHaveLength(1);
    const [error] = errorsIn(messages);
    expect(error.message).toMatch(expected);
    expect(error.failure_type).toBe('config_error');
    expect(error).not.toHaveProperty('stack_trace');
    expect(stdout + stderr).not.toContain('secret-token');
    expect(stderr).toBe('');
    expect(code).toBe(1);
  });
});

test.each([
  [['--help'], /^source-kommo <command>/],
  [['read', '--help'], /--catalog FILE/],
  [['sync', '--help'], /^source-kommo sync --to FILE \[flags\]\n/],
  [['read', '-h'], /--catalog FILE/],
  [['--version'], /^source-kommo \d+\.\d+\.\d+\n$/],
])('%j is answered', async (args, expected) => {
  const { code, stdout, stderr } = await performHere(args);
  expect(stdout).toMatch(expected);
  expect(stderr).toBe('');
  expect(code).toBe(0);
});

test.each([
  [['raed'], 2, /^source-kommo: unknown command/],
  [['check'], 2, /^source-kommo: missing --config FILE/],
  [['read', ...catalog, '--config', missing], 1, /^$/],
])('the program itself ends %j with exit code %i', async (args, expected, stderr) => {
  const ended = await runProgram('source-kommo', args);
  expect(ended.code).toBe(expected);
  expect(ended.stderr).toMatch(stderr);
});
