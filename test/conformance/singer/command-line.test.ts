import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateMeltano } from '../../../scripts/generate-meltano.ts';
import { capabilities } from '../../../src/dialect/singer/about.ts';
import { streams as declared } from '../../../streams/index.ts';
import { runHere } from '../../cli/in-process.ts';
import { root, runProgram, writeFiles } from '../../cli/program.ts';
import { settingsFor, simulatedAccount, streamNames, sync } from './tap.ts';

const account = simulatedAccount({ leads: 10 });
const defaultNames = declared.flatMap(({ name, selectedByDefault }) => (selectedByDefault ? [name] : []));
const tap = (...args: string[]) => runHere('tap-kommo', args);
const start = (...args: string[]) => runProgram('tap-kommo', args);

describe('without a config (singer.md §7.1)', () => {
  it.each([
    ['--version', /^tap-kommo v\d+\.\d+\.\d+\n$/],
    ['--help', /^tap-kommo --config FILE/],
    ['-h', /--state FILE/],
    ['--about', /^Name: tap-kommo\n.*Environment Variable: TAP_KOMMO_SUBDOMAIN\n/s],
    ['--about --format text', /Capabilities:\n {2}- catalog\n/],
    ['--about --format=markdown', /^# `tap-kommo`\n.*\| subdomain \| True \| None \|/s],
  ])('%s answers on stdout alone', async (args, expected) => {
    const { code, stdout, stderr } = await start(...args.split(' '));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(expected);
  });

  it('--about --format json has the shape that the Hub reads', async () => {
    const { code, stdout } = await start('--about', '--format', 'json');
    expect(code).toBe(0);
    const about = JSON.parse(stdout);
    expect(about).toMatchObject({ name: 'tap-kommo', capabilities: [...capabilities] });
    expect(about.settings.properties.api_key).toMatchObject({
      type: 'string',
      secret: true,
      writeOnly: true,
    });
    expect(JSON.stringify(about)).not.toMatch(/airbyte/i);
  });

  it('--discover needs no config either, and says the same twice', async () => {
    const [first, second] = await Promise.all([start('--discover'), start('-d')]);
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
    expect(second.stdout).toBe(first.stdout);
  });
});

describe('--discover', () => {
  it('has metadata for every stream and property', async () => {
    const { streams } = JSON.parse((await tap('--discover')).stdout);
    expect(streams.map((entry: { tap_stream_id: string }) => entry.tap_stream_id)).toEqual(streamNames);
    for (const entry of streams) {
      expect(entry.stream).toBe(entry.tap_stream_id);
      const breadcrumbs = entry.metadata.map(({ breadcrumb }: { breadcrumb: string[] }) => breadcrumb);
      expect(breadcrumbs).toEqual([
        [],
        ...Object.keys(entry.schema.properties).map((name) => ['properties', name]),
      ]);
      const automatic = entry.metadata
        .filter(({ metadata }: { metadata: Record<string, unknown> }) => metadata.inclusion === 'automatic')
        .map(({ breadcrumb }: { breadcrumb: string[] }) => breadcrumb[1]);
      expect(new Set(automatic)).toEqual(
        new Set([...entry.key_properties, ...(entry.replication_key ? [entry.replication_key] : [])]),
      );
      const stream = declared.find(({ name }) => name === entry.stream)!;
      expect(entry.replication_method).toBe(entry.replication_key ? 'INCREMENTAL' : 'FULL_TABLE');
      expect(entry.replication_key).toBe(stream.cursor);
      const [{ metadata }] = entry.metadata;
      expect(metadata['selected-by-default']).toBe(stream.selectedByDefault);
    }
  });

  it('asks each list once, and heeds neither state nor catalog', async () => {
    const { simulator } = account;
    simulator.statistics.reset();
    const files = writeFiles({ config: settingsFor(simulator), state: 'not JSON', catalog: 'nor this' });
    const { config, state, catalog } = files;
    const { code, stderr } = await tap(
      '--config',
      config,
      '--state',
      state,
      '--catalog',
      catalog,
      '--discover',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const asked = simulator.statistics.log.map(({ url }) => url);
    expect(asked.length).toBe(new Set(asked).size);
  });

  it('leaves out what the account cannot have, and fails when nothing is left', async () => {
    const { config } = writeFiles({ config: settingsFor(account.simulator) });
    const discover = () => tap('--config', config, '--discover');
    const { faults } = account.simulator;
    try {
      faults.addNamed('payment', { list: 'users' });
      const some = await discover();
      const names = JSON.parse(some.stdout).streams.map(
        (entry: { tap_stream_id: string }) => entry.tap_stream_id,
      );
      expect(names).toEqual(streamNames.filter((name) => name !== 'users'));
      expect(some.stderr).toMatch(/^WARNING users is left out of the catalog\. .*\(402\).*\n$/);
      faults.addNamed('payment');
      const none = await discover();
      expect(none).toMatchObject({ code: 1, stdout: '' });
      expect(none.stderr).toMatch(/^CRITICAL .*\n$/m);
    } finally {
      faults.clear();
    }
  });

  it('leaves out a list for which alone the token is not taken, and fails where it is taken for none', async () => {
    const { config } = writeFiles({ config: settingsFor(account.simulator) });
    const { faults } = account.simulator;
    try {
      faults.addNamed('unauthorized', { list: 'webhooks' });
      const some = await tap('--config', config, '--discover');
      expect(some.code).toBe(0);
      expect(JSON.parse(some.stdout).streams).toHaveLength(streamNames.length - 1);
      expect(some.stderr).toMatch(/^WARNING webhooks is left out of the catalog\. .*\(401\).*\n$/);
      faults.addNamed('unauthorized');
      const none = await tap('--config', config, '--discover');
      expect(none).toMatchObject({ code: 1, stdout: '' });
      expect(none.stderr).toMatch(/^CRITICAL Kommo refused the token \(401\).*\n$/m);
    } finally {
      faults.clear();
    }
  });

  it('works with a config that a sync could not use, and says so', async () => {
    const { config } = writeFiles({ config: { subdomain: 'not a name!' } });
    const { code, stdout, stderr } = await tap('--config', config, '--discover');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).streams).toHaveLength(streamNames.length);
    expect(stderr).toMatch(/^WARNING .*subdomain.*\n$/);
  });
});

describe('errors (singer.md §7.8)', () => {
  it.each<[string, string[], number, RegExp]>([
    ['an unknown flag', ['--nonsense'], 2, /--nonsense/],
    ['a stray word', ['stray'], 2, /stray/],
    ['an unknown format', ['--about', '--format', 'xml'], 2, /--format .*markdown/],
    ['an unknown test', ['--test=everything'], 2, /--test .*schema/],
    ['a flag without its value', ['--config'], 2, /--config/],
    [
      'a list of streams beside a catalog',
      ['--catalog', 'c.json', '--streams', 'leads'],
      2,
      /--streams .*without --catalog/,
    ],
    [
      'no settings',
      [],
      1,
      /no settings.* subdomain and api_key \(or credentials\) with --config FILE.*KOMMO_SUBDOMAIN/,
    ],
    ['no settings in the environment', ['--config', 'ENV'], 1, /no settings.*TAP_KOMMO_API_KEY/],
    ['a config that is not there', ['--config', '/nowhere/config.json'], 1, /\/nowhere\/config\.json/],
  ])('%s', async (_name, args, code, expected) => {
    const ended = await tap(...args);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(/^CRITICAL .*\n$/);
    expect(ended.stderr).toMatch(expected);
  });

  it.each<[string, Record<string, unknown>, number, RegExp]>([
    ['a config that is no JSON', { config: '{"api_key": "tell-nobody-123' }, 1, /config .*JSON/],
    ['a config that is a list', { config: [] }, 1, /config/],
    [
      'a setting of the wrong kind',
      { config: { subdomain: 'acme', api_key: 'tell-nobody-123', start_date: 'soon' } },
      1,
      /start_date/,
    ],
    ['flattening without a depth', { config: { flattening_enabled: true } }, 1, /flattening_max_depth/],
    ['a catalog that is no JSON', { catalog: '{' }, 1, /catalog .*JSON/],
    ['a catalog without streams', { catalog: {} }, 1, /catalog .*streams/],
    [
      'a catalog of Airbyte',
      { catalog: { streams: [{ stream: { name: 'leads', json_schema: {} }, sync_mode: 'incremental' }] } },
      1,
      /catalog .* is one of Airbyte.*tap-kommo --discover/,
    ],
    ['a state that is no JSON', { state: '{' }, 1, /state .*JSON/],
    ['a state of a newer version', { state: { bookmarks: { leads: { version: 99 } } } }, 1, /leads .*newer/],
  ])('%s', async (_name, given, code, expected) => {
    const settings = settingsFor(account.simulator);
    const config =
      given.config === undefined
        ? settings
        : typeof given.config === 'string' || Array.isArray(given.config)
          ? given.config
          : { ...settings, ...given.config };
    const files = writeFiles({ ...given, config });
    const ended = await tap(...Object.entries(files).flatMap(([name, path]) => [`--${name}`, path]));
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(/^(WARNING .*\n)*CRITICAL .*\n$/);
    expect(ended.stderr).toMatch(expected);
    expect(ended.stderr).not.toContain('tell-nobody');
  });

  it.each(['catalog', 'state', 'properties'])('--%s that is not there is wrong usage', async (flag) => {
    const { config } = writeFiles({ config: settingsFor(account.simulator) });
    const ended = await tap('--config', config, `--${flag}`, '/nowhere/file.json');
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^CRITICAL .*\/nowhere\/file\.json\n$/);
  });

  it('a refused token: one line that says what to do, last, and the token nowhere', async () => {
    const settings = { api_key: 'refused-token-123' };
    const ended = await sync(account.simulator, { settings }, runProgram);
    expect(ended.code).toBe(1);
    expect(ended.stderr.trimEnd().split('\n').at(-1)).toMatch(/^CRITICAL .*token/);
    expect(ended.stderr + ended.stdout).not.toContain('refused-token-123');
  });
});

describe('streams without a catalog', () => {
  it.each([
    ['those that are named', 'users, pipelines', ['pipelines', 'users']],
    ['those that are read by default', 'default', defaultNames],
    ['a stream that is there anyway', 'default,leads', defaultNames],
  ])('%s', async (_, list, expected) => {
    const { config } = writeFiles({ config: settingsFor(account.simulator) });
    const { code, stdout } = await tap('--config', config, '--test=schema', '--streams', list);
    const announced = stdout.match(/(?<="type":"SCHEMA","stream":")\w+/g);
    expect({ code, announced }).toEqual({ code: 0, announced: expected });
  });

  it('not those that do not exist', async () => {
    const { config } = writeFiles({ config: settingsFor(account.simulator) });
    const ended = await tap('--config', config, '--streams', 'leads,deals');
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^CRITICAL .*there is no stream "deals"/);
  });
});

describe('settings (singer.md §7.15)', () => {
  const first = (stdout: string) => JSON.parse(stdout.slice(0, stdout.indexOf('\n'))).type;

  it('come from several files, of which the later ones win', async () => {
    const { api_key, ...others } = settingsFor(account.simulator);
    const { one, two } = writeFiles({ one: { ...others, api_key: 'wrong-token' }, two: { api_key } });
    expect((await tap('-c', one, '--config', two, '--test')).code).toBe(0);
    expect((await tap('-c', two, '--config', one, '--test')).code).toBe(1);
  });

  it('come from the environment, which wins over files wherever it stands', async () => {
    const { api_key, api_url, requests_per_second } = settingsFor(account.simulator);
    const { config } = writeFiles({
      config: { subdomain: 'acme', api_key: 'wrong-token', unknown_setting: [1] },
    });
    const environment = {
      TAP_KOMMO_API_KEY: `${api_key}`,
      TAP_KOMMO_API_URL: `${api_url}`,
      TAP_KOMMO_REQUESTS_PER_SECOND: `${requests_per_second}`,
    };
    const ended = await runHere('tap-kommo', ['--config', 'ENV', '--config', config, '--test'], environment);
    expect({ code: ended.code, first: first(ended.stdout) }).toEqual({ code: 0, first: 'SCHEMA' });
  });

  it('come from the nearest .env upwards as well', async () => {
    const { api_key, api_url } = settingsFor(account.simulator);
    const variables = [
      `TAP_KOMMO_API_KEY=${api_key}`,
      `TAP_KOMMO_API_URL="${api_url}"`,
      'TAP_KOMMO_SUBDOMAIN=acme',
    ];
    const { '.env': file } = writeFiles({ '.env': variables.join('\n') });
    const cwd = join(dirname(file), 'below', 'further');
    mkdirSync(cwd, { recursive: true });
    const { stdout } = await runProgram('tap-kommo', ['--config', 'ENV', '--test'], {}, cwd);
    expect(first(stdout)).toBe('SCHEMA');
  });

  it('may be nested in the environment', async () => {
    const { api_key, ...others } = settingsFor(account.simulator);
    const { config } = writeFiles({ config: others });
    const environment = {
      TAP_KOMMO_CREDENTIALS: '{"auth_type":"long_lived_token"}',
      TAP_KOMMO_CREDENTIALS_ACCESS_TOKEN: `${api_key}`,
    };
    const ended = await runHere('tap-kommo', ['--config', config, '--config', 'ENV', '--test'], environment);
    expect(ended.code).toBe(0);
  });

  it.each([
    '2020-01-31',
    '2020-01-31T10:20:30',
    '2020-01-31T10:20:30.148103',
    '2020-01-31T10:20:30+03:00',
    '2020-01-31T10:20:30Z',
  ])('start_date may be %s', async (start_date) => {
    expect((await sync(account.simulator, { settings: { start_date }, flags: ['--test=schema'] })).code).toBe(
      0,
    );
  });

  it('come from the variables of all programs where the tap has none', async () => {
    const { api_key, ...others } = settingsFor(account.simulator);
    const { config } = writeFiles({ config: others });
    const environment = { KOMMO_API_KEY: `${api_key}` };
    expect((await runHere('tap-kommo', ['--config', config, '--test'], environment)).code).toBe(0);
  });

  it.each([
    ['stream_maps', { leads: { name: null } }],
    ['faker_config', { seed: 1 }],
    ['batch_config', { encoding: {} }],
  ])('that ask for what the tap does not do are warned of: %s', async (name, value) => {
    const ended = await sync(account.simulator, { settings: { [name]: value }, flags: ['--test=schema'] });
    expect(ended.code).toBe(0);
    expect(ended.stderr.split('\n').filter((line) => /^WARNING /.test(line))).toEqual([
      expect.stringContaining(`The setting ${name} does nothing`),
    ]);
  });

  it('that nobody declared are tolerated', async () => {
    const settings = { user_agent: 'me', stream_maps: {}, nested: { deep: [1] } };
    expect((await sync(account.simulator, { settings, flags: ['--dev', '--test'] })).code).toBe(0);
  });
});

it('the definitions for Meltano are current', () => {
  for (const { path, text } of generateMeltano()) expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});
