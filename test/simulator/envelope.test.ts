import { expect, test } from 'vitest';
import { ask, records, withAccount } from './ask.ts';

const cases = [
  ['leads', 'leads', ['_page', '_links', '_embedded']],
  ['contacts', 'contacts', ['_page', '_links', '_embedded']],
  ['companies', 'companies', ['_page', '_links', '_embedded']],
  ['tasks', 'tasks', ['_page', '_links', '_embedded']],
  ['events', 'events', ['_page', '_links', '_embedded']],
  ['leads/tags', 'tags', ['_page', '_links', '_embedded']],
  ['leads/loss_reasons', 'loss_reasons', ['_page', '_links', '_embedded']],
  ['users', 'users', ['_total_items', '_page', '_page_count', '_links', '_embedded']],
  ['roles', 'roles', ['_total_items', '_page', '_page_count', '_links', '_embedded']],
  ['leads/custom_fields', 'custom_fields', ['_total_items', '_page', '_page_count', '_links', '_embedded']],
  ['leads/pipelines', 'pipelines', ['_total_items', '_links', '_embedded']],
] as const;

test.each(cases)('%s has the envelope of real answers', async (path, key, keys) => {
  await withAccount({ leads: 60 }, async (simulator) => {
    const reply = await ask(simulator, `${path}?limit=5`);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('application/hal+json');
    expect(Object.keys(reply.body)).toEqual(keys);
    expect(Object.keys(reply.body._embedded)).toEqual([key]);
    expect(reply.body._links.self.href).toBe(`${simulator.url}/api/v4/${path}?limit=5`);
    for (const record of records(reply)) expect(record._links.self.href).toContain('?limit=5');
  });
});

const page = ['_page', '_links', '_embedded'];
const counted = ['_total_items', '_page', '_page_count', '_links', '_embedded'];
const total = ['_total_items', '_links', '_embedded'];
const bare = ['_total_items', '_embedded'];

/** As they were seen or are documented (observed-data.md §1, kommo-api.md §5). */
test.each([
  ['catalogs', 'catalogs', page],
  ['leads/notes', 'notes', page],
  ['customers', 'customers', page],
  ['customers/tags', 'tags', page],
  ['customers/transactions', 'transactions', page],
  ['leads/unsorted', 'unsorted', page],
  ['talks', 'talks', page],
  ['widgets', 'widgets', page],
  ['chats/templates', 'chat_templates', page],
  ['customers/segments/custom_fields', 'custom_fields', counted],
  ['bots', 'items', counted],
  ['sources', 'sources', total],
  ['events/types', 'events_types', total],
  ['customers/segments', 'segments', total],
  ['customers/statuses', 'statuses', bare],
  ['webhooks', 'webhooks', bare],
  ['companies/custom_fields/groups', 'custom_field_groups', bare],
] as const)('%s has its own envelope', async (path, key, keys) => {
  await withAccount({ leads: 60 }, async (simulator) => {
    const { body } = await ask(simulator, path);
    expect(Object.keys(body)).toEqual(keys);
    expect(Object.keys(body._embedded)).toEqual([key]);
    if (keys === counted)
      expect([body._page_count, body._total_items]).toEqual([expect.any(Number), expect.any(Number)]);
    if (keys === bare || keys === total) expect(body._total_items).toBe(body._embedded[key].length);
  });
});

test('the headers of a real answer are there', async () => {
  await withAccount({ leads: 10 }, async (simulator) => {
    const { headers } = await ask(simulator, 'leads');
    expect(headers.get('x-request-id')).toMatch(/\d/);
    expect(headers.get('set-cookie')).toContain('session_id');
    expect(Date.parse(headers.get('date')!)).toBeLessThanOrEqual(Date.now());
  });
});

test('bodies are compressed for those who ask, and only for them', async () => {
  await withAccount({ leads: 100 }, async (simulator) => {
    const packed = await ask(simulator, 'leads', { 'accept-encoding': 'gzip' });
    const plain = await ask(simulator, 'leads', { 'accept-encoding': 'identity' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(packed.body).toEqual(plain.body);
  });
});

test('nothing to tell is 204 without a body', async () => {
  await withAccount({ leads: 0 }, async (simulator) => {
    for (const path of ['leads', 'tasks', 'leads/123', 'contacts/5', 'events?page=4']) {
      const reply = await ask(simulator, path);
      expect([path, reply.status, reply.body]).toEqual([path, 204, '']);
    }
  });
});

test('errors are problem documents', async () => {
  await withAccount({ leads: 3 }, async (simulator) => {
    const expected = [
      ['no-such-list', 404],
      ['tasks/1', 404],
      ['leads?page=0', 400],
      ['leads?filter[updated_at][from]=yesterday', 400],
      ['events?filter[entity_id][]=1', 400],
      ['tasks?filter[entity_id][]=1', 400],
    ] as const;
    for (const [path, status] of expected) {
      const reply = await ask(simulator, path);
      expect([path, reply.status]).toEqual([path, status]);
      expect(reply.headers.get('content-type')).toBe('application/problem+json');
      expect(reply.body.status).toBe(status);
      expect('validation-errors' in reply.body).toBe(status === 400);
    }
    const post = await fetch(`${simulator.url}/api/v4/leads`, {
      method: 'POST',
      headers: { authorization: `Bearer ${simulator.token}` },
    });
    expect(post.status).toBe(405);
  });
});

test('records show what was asked for with `with`, and no more', async () => {
  await withAccount({ leads: 200 }, async (simulator) => {
    const plain = records(await ask(simulator, 'leads?limit=200'));
    for (const lead of plain) {
      expect(Object.keys(lead._embedded)).toEqual(['tags', 'companies']);
      expect('source_id' in lead).toBe(false);
    }
    const wanted = 'contacts,catalog_elements,loss_reason,source_id,is_price_modified_by_robot';
    const rich = records(await ask(simulator, `leads?limit=200&with=${wanted}`));
    for (const lead of rich) {
      expect(Object.keys(lead._embedded)).toEqual([
        'tags',
        'companies',
        'contacts',
        'catalog_elements',
        'loss_reason',
      ]);
      expect(Array.isArray(lead._embedded.loss_reason)).toBe(true);
      expect('source_id' in lead && 'is_price_modified_by_robot' in lead).toBe(true);
    }
    expect(rich.some((lead) => lead._embedded.loss_reason.length === 1)).toBe(true);
    const [user] = records(
      await ask(simulator, 'users?with=role,group,uuid,amojo_id,user_rank,phone_number'),
    );
    expect(Object.keys(user._embedded)).toEqual(['roles', 'groups']);
    expect(user).toHaveProperty('user_rank');
    const account = (await ask(simulator, 'account?with=task_types,is_api_filter_enabled')).body;
    expect(account).toMatchObject({ id: simulator.account.id, is_api_filter_enabled: true });
    expect(Object.keys(account._embedded)).toEqual(['task_types']);
  });
});

test('statuses 142 and 143 are in every pipeline, under other names', async () => {
  await withAccount({ leads: 1, pipelines: 4 }, async (simulator) => {
    const pipelines = records(await ask(simulator, 'leads/pipelines'));
    expect(pipelines).toHaveLength(4);
    const lastTwo = pipelines.map((pipeline) => pipeline._embedded.statuses.slice(-2));
    for (const [won, lost] of lastTwo) {
      expect([won.id, won.sort, lost.id, lost.sort]).toEqual([142, 10_000, 143, 11_000]);
    }
    expect(new Set(lastTwo.map(([won]) => won.name)).size).toBeGreaterThan(1);
    for (const pipeline of pipelines) {
      expect(pipeline._embedded.statuses[0].type).toBe(1);
      const own = await ask(simulator, `leads/pipelines/${pipeline.id}/statuses`);
      expect(own.body._embedded.statuses).toEqual(pipeline._embedded.statuses);
    }
    expect([...simulator.account.truth('statuses')].length).toBe(
      pipelines.flatMap((pipeline) => pipeline._embedded.statuses).length,
    );
  });
});
