import nock from 'nock';
import { afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parseAddress } from '../../src/cli/get/address.ts';
import { entities } from '../../src/cli/get/entities.ts';
import { sourceOf } from '../../src/cli/get/shaped.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { streams } from '../../streams/index.ts';
import { performHere } from './in-process.ts';
import { writeFiles } from './program.ts';

const origin = 'https://acme.kommo.com';
const settings = writeFiles({ config: { subdomain: 'acme', api_key: 'not-a-token' } });
const get = (...words: string[]) => performHere(['get', ...words, '--config', settings.config]);

afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});

const api = () => nock(origin);
const json = { 'content-type': 'application/hal+json' };

describe('one record', () => {
  let simulator: Simulator;
  let config: string;
  beforeAll(async () => {
    simulator = await startSimulator({ leads: 20, requestsPerSecond: null });
    ({ config } = writeFiles({ config: { api_url: simulator.url, api_key: simulator.token } }));
    return () => simulator.close();
  });

  test.each(['leads', 'contacts', 'companies', 'tasks', 'events', 'users', 'pipelines'])(
    'of %s is what the account holds',
    async (entity) => {
      const { id } = [...simulator.account.truth(entity)][0]!;
      const { code, stdout, stderr } = await performHere(['get', entity, `${id}`, '--config', config]);
      expect([code, stderr]).toEqual([0, '']);
      const { _links, _embedded, ...fields } = JSON.parse(stdout);
      expect(fields).toMatchObject({ id });
      expect(_links).toBeDefined();
    },
  );

  /** Some id of each entity, as somebody would type it. */
  const ids: Readonly<Record<string, () => string>> = {
    statuses: () => `${first('pipelines')}/142`,
    custom_fields: () => `contacts/${first('contacts_custom_fields')}`,
    catalog_elements: () => {
      const [element] = simulator.account.all('catalog_elements');
      return `${element!.catalog_id}/${element!.id}`;
    },
    widgets: () => `${simulator.account.all('widgets')[0]!.code}`,
  };
  const first = (list: string) => `${simulator.account.ids(list)[0]}`;
  const withId = entities.filter(({ id }) => id !== '');

  test.each(withId.map(({ name }) => name))('of %s is found by its id', async (name) => {
    const { identity } = entities.find((each) => each.name === name)!;
    const id = ids[name]?.() ?? first(name);
    const { code, stdout, stderr } = await performHere(['get', name, id, '--config', config]);
    expect([code, stderr]).toEqual([0, '']);
    expect(`${JSON.parse(stdout)[identity]}`).toBe(id.split('/').at(-1));
    const missing = await performHere(['get', name, `${id}9999`, '--config', config]);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toBe(`source-kommo: The account has no such record: ${name} ${id}9999\n`);
  });

  test.each(withId.flatMap(({ name, parts }) => parts.map((part) => [name, part.name])))(
    'the list %s ID %s can be read',
    async (name, part) => {
      const id = ids[name!]?.() ?? first(name!);
      const { code, stderr } = await performHere(['get', name!, id, part!, '--config', config]);
      expect([code, stderr]).toEqual([0, '']);
    },
  );

  test.each(entities.filter(({ id }) => id === '').map(({ name }) => name))(
    '%s needs no id',
    async (name) => {
      const { code, stdout } = await performHere(['get', name, '--config', config]);
      // Kommo documents only how short links are created.
      expect(code).toBe(name === 'short_links' ? 1 : 0);
      if (code === 0) expect(typeof JSON.parse(stdout)).toBe('object');
    },
  );

  test('the notes of a lead are those that the account holds', async () => {
    const notes = simulator.account.all('leads_notes');
    const { entity_id: lead } = notes[0]!;
    const { stdout } = await performHere(['get', 'leads', `${lead}`, 'notes', '--config', config]);
    const found = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id);
    const held = notes.filter((note) => note.entity_id === lead).map(({ id }) => id);
    expect(found.sort()).toEqual(held.sort());
  });

  const places = withId.flatMap(({ name, record, parts }) =>
    [record, ...parts].map((place) => [name, place === record ? undefined : place.name] as const),
  );

  test.each(places)(
    '--shaped %s %s has the columns of a stream and its key, or says that there is none',
    async (name, part) => {
      const id = ids[name]?.() ?? first(name);
      const words = ['get', name, id, ...(part === undefined ? [] : [part])];
      const { code, stdout } = await performHere([...words, '--shaped', '--config', config]);
      const stream = sourceOf(streams, parseAddress(words.slice(1)))?.stream;
      expect(code).toBe(stream === undefined ? 2 : 0);
      if (stream === undefined || stdout === '') return;
      const rows = part === undefined ? [stdout] : stdout.trim().split('\n');
      for (const row of rows.map((line) => JSON.parse(line))) {
        expect(Object.keys(row)).toEqual(Object.keys(stream.schema.properties));
        for (const column of stream.key) expect([column, row[column]]).not.toEqual([column, null]);
      }
    },
  );

  test('--shaped has the columns of the stream, in their order', async () => {
    const { id } = [...simulator.account.truth('leads')][3]!;
    const { code, stdout } = await performHere(['get', 'leads', `${id}`, '--shaped', '--config', config]);
    expect(code).toBe(0);
    const leads = streams.find(({ name }) => name === 'leads')!;
    expect(Object.keys(JSON.parse(stdout))).toEqual(Object.keys(leads.schema.properties));
    // Parts are asked for as the stream asks for them.
    expect(JSON.parse(stdout).contacts).toMatch(/^\[/);
  });

  test.each([
    ['leads', '1'],
    ['tasks', '00017'],
    ['events', 'nothing-like-an-id'],
    ['users', '9007199254740993'],
    // A list, not a record.
    ['leads', 'pipelines'],
    ['leads', 'a/../../users'],
  ])('%s %s, which is not there, is told in one line with the id as it was typed', async (entity, id) => {
    const { code, stdout, stderr } = await performHere(['get', entity, id, '--config', config]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`source-kommo: The account has no such record: ${entity} ${id}\n`);
  });
});

test.each([
  ['statuses 9/142', '/api/v4/leads/pipelines/9/statuses/142', { id: 142, pipeline_id: 9 }],
  ['loss_reasons 7', '/api/v4/leads/loss_reasons/7', { id: 7 }],
  ['roles 7', '/api/v4/roles/7', { id: 7 }],
  ['custom_fields leads/7', '/api/v4/leads/custom_fields/7', { id: 7 }],
  ['custom_fields segments/7', '/api/v4/customers/segments/custom_fields/7', { id: 7 }],
  ['custom_fields catalogs/3/7', '/api/v4/catalogs/3/custom_fields/7', { id: 7 }],
  ['catalogs 3', '/api/v4/catalogs/3', { id: 3 }],
  ['catalog_elements 3/7', '/api/v4/catalogs/3/elements/7', { id: 7 }],
  ['talks 7', '/api/v4/talks/7', { talk_id: 7 }],
  ['widgets amo_dropbox', '/api/v4/widgets/amo_dropbox', { code: 'amo_dropbox' }],
  ['account', '/api/v4/account', { id: 1 }],
  ['product_settings', '/api/v4/catalogs/products/settings', { is_enabled: true }],
])('%s is asked for at %s', async (words, path, record) => {
  api().get(path).query(true).reply(200, record, json);
  const { code, stdout, stderr } = await get(...words.split(' '));
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toEqual(record);
});

test('a file is asked for at the host that the account names', async () => {
  const uuid = 'aa-bb';
  api()
    .get('/api/v4/account')
    .query({ with: 'drive_url' })
    .reply(200, { id: 1, drive_url: 'https://drive-c.kommo.com' }, json);
  nock('https://drive-c.kommo.com').get(`/v1.0/files/${uuid}`).reply(200, { uuid }, json);
  expect(JSON.parse((await get('files', uuid)).stdout)).toEqual({ uuid });
});

test.each([204, 404])('%d is no record, where there is an account', async (status) => {
  api()
    .get('/api/v4/leads/5')
    .query(true)
    .reply(status, status === 404 ? { status } : '', json);
  if (status === 404) api().get('/api/v4/account').reply(200, { id: 1 }, json);
  expect(await get('leads', '5')).toMatchObject({ code: 1, stderr: expect.stringContaining('leads 5\n') });
});

test('an account that does not exist is another problem', async () => {
  api().get('/api/v4/leads/5').query(true).reply(404, {}, json).get('/api/v4/account').reply(404, {}, json);
  const { code, stderr } = await get('leads', '5');
  expect(code).toBe(1);
  expect(stderr).not.toContain('no such record');
  expect(stderr).toMatch(/^source-kommo: .*404.*\n$/);
});

test('a right that is missing is said with what it takes', async () => {
  api().get('/api/v4/leads/5').query(true).reply(403, { title: 'Forbidden' }, json);
  expect((await get('leads', '5')).stderr).toMatch(/may not read leads \(403\): it needs .*administrator/);
});

describe('a list that hangs on a record', () => {
  const rows = (envelope: string, list: object[]) => ({ _embedded: { [envelope]: list } });
  const linesOf = (stdout: string) =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  test('comes page by page, whatever the pages say of their end', async () => {
    const all = Array.from({ length: 5 }, (_, index) => ({ id: index + 1, entity_id: 5 }));
    const page = (number: number) =>
      api()
        .get('/api/v4/leads/5/notes')
        .query((query) => query.page === `${number}` && query.limit === '250');
    page(1).reply(200, rows('notes', all.slice(0, 3)), json);
    page(2).reply(200, rows('notes', all.slice(3)), json);
    page(3).reply(204);
    expect(linesOf((await get('leads', '5', 'notes')).stdout)).toEqual(all);
  });

  test('of files goes downwards from the last id', async () => {
    const all = [9, 7, 4].map((id) => ({ file_uuid: `u${id}`, id }));
    const asked = () => api().get('/api/v4/contacts/5/files');
    asked().reply(200, rows('files', all.slice(0, 2)), json);
    asked()
      .query({ before_id: 7 })
      .reply(200, rows('files', all.slice(2)), json);
    asked().query({ before_id: 4 }).reply(204);
    expect(linesOf((await get('contacts', '5', 'files')).stdout)).toEqual(all);
  });

  test('is one answer where there are no pages', async () => {
    const links = [{ to_entity_id: 3, to_entity_type: 'contacts', metadata: null }];
    api().get('/api/v4/leads/5/links').reply(200, rows('links', links), json);
    expect(linesOf((await get('leads', '5', 'links')).stdout)).toEqual(links);
  });

  test('is empty where the record has none, and no such record where there is none', async () => {
    const none = () => api().get('/api/v4/leads/5/subscriptions').query(true).reply(204);
    none();
    api().get('/api/v4/leads/5').reply(200, { id: 5 }, json);
    expect(await get('leads', '5', 'subscriptions')).toEqual({ code: 0, stdout: '', stderr: '' });
    none();
    api().get('/api/v4/leads/5').reply(204);
    expect(await get('leads', '5', 'subscriptions')).toMatchObject({
      code: 1,
      stderr: 'source-kommo: The account has no such record: leads 5\n',
    });
  });
});

test.each([
  [[], 'get what?'],
  [['deals', '5'], 'get does not know deals; it knows leads, contacts'],
  [['leads'], 'get leads needs an id: leads ID'],
  [['leads', '..'], '.. is not an id'],
  [['leads', '5', 'chats'], 'leads have no chats; there are notes, links, files, subscriptions'],
  [['tasks', '5', 'notes'], 'tasks have no notes'],
  [['leads', '5', 'notes', 'more'], 'unexpected argument more'],
  [['statuses', '142'], 'statuses 142: the id has two parts, PIPELINE/ID'],
  [['leads', '5', 'links', '--shaped'], '--shaped: no stream has columns for leads 5 links'],
])('%j is wrong usage: %s', async (words, message) => {
  onTestFinished(() => nock.cleanAll());
  const { code, stdout, stderr } = await get(...words);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^source-kommo: .*\(see source-kommo get --help\)\n$/);
  expect(stderr).toContain(message);
});
