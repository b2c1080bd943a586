import { expect, test } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { ask, ids, pages, records, testClock, trueIds, withAccount } from './ask.ts';

/** Asks the second host, for a path below /v1.0/. */
async function askDrive({ driveUrl, token }: Simulator, path: string) {
  const response = await fetch(`${driveUrl}/v1.0/${path}`, { headers: { authorization: `Bearer ${token}` } });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

test('a refused list says so with its status, and the others are served', async () => {
  await withAccount({ leads: 20 }, async (simulator) => {
    const { account, readings } = simulator;
    const [talk] = account.ids('talks');
    readings.refused = { customers: 402, talk_messages: 403, webhooks: 404, customer_segments: 422 };
    const replies = ['customers', `talks/${talk}/messages`, 'webhooks', 'customers/segments', 'talks'];
    const statuses = await Promise.all(replies.map(async (path) => (await ask(simulator, path)).status));
    expect(statuses).toEqual([402, 403, 404, 422, 200]);
    expect((await ask(simulator, 'customers')).headers.get('content-type')).toBe('application/problem+json');
    expect((await ask(simulator, 'account')).body.customers_mode).toBe('unavailable');
    readings.refused = { files: 403 };
    expect((await askDrive(simulator, 'files')).status).toBe(403);
  });
});

test('what a file hangs on is spelled in one of two ways', async () => {
  await withAccount({ leads: 20 }, async (simulator) => {
    const [uuid] = simulator.account.ids('files');
    const entities = async () => (await ask(simulator, `files/${uuid}/links`)).body.entities;
    expect(Object.keys((await entities())[0])).toEqual(['entity_id', 'entity_type']);
    simulator.readings.fileLinks = 'id';
    expect(Object.keys((await entities())[0])).toEqual(['id', 'type']);
  });
});

test('what a file has of versions is worked out once, not once for each of them', async () => {
  await withAccount({ leads: 5, rows: { files: 1, file_versions: 300 } }, async (simulator) => {
    const versions = simulator.account.list('file_versions');
    const publicId = versions.publicId.bind(versions);
    let named = 0;
    versions.publicId = (row) => {
      named += 1;
      return publicId(row);
    };
    const [uuid] = simulator.account.ids('files');
    const { body } = await askDrive(simulator, `files/${uuid}/versions`);
    expect(body._embedded.versions.length).toBe(300);
    expect([...simulator.account.truth('file_versions')].length).toBe(300);
    expect(named).toBeLessThan(4 * 300);
  });
});

/** One record of everything that Kommo serves by id: the path below /api/v4/ and what the record says of itself. */
function byId({ account }: Simulator): [path: string, shown: object][] {
  const first = (list: string) => account.ids(list)[0]!;
  const record = (list: string) => account.record(list, first(list))!;
  const { catalog_id } = record('catalog_elements');
  const pipeline = first('pipelines');
  const simple = {
    leads: 'leads',
    contacts: 'contacts',
    companies: 'companies',
    customers: 'customers',
    tasks: 'tasks',
  };
  const settings = { users: 'users', roles: 'roles', catalogs: 'catalogs', bots: 'bots', sources: 'sources' };
  const nested = {
    loss_reasons: 'leads/loss_reasons',
    leads_custom_fields: 'leads/custom_fields',
    segments_custom_fields: 'customers/segments/custom_fields',
    contacts_notes: 'contacts/notes',
    customer_statuses: 'customers/statuses',
    customer_segments: 'customers/segments',
    customer_transactions: 'customers/transactions',
    chat_templates: 'chats/templates',
    pipelines: 'leads/pipelines',
    events: 'events',
  };
  return [
    ...Object.entries({ ...simple, ...settings, ...nested }).map(([list, path]): [string, object] => [
      `${path}/${first(list)}`,
      { id: first(list) },
    ]),
    [
      `catalogs/${catalog_id}/elements/${first('catalog_elements')}`,
      { id: first('catalog_elements'), catalog_id },
    ],
    [`catalogs/${catalog_id}/custom_fields/${first('catalogs_custom_fields')}`, { catalog_id }],
    [`leads/pipelines/${pipeline}/statuses/142`, { id: 142, pipeline_id: pipeline }],
    [`leads/custom_fields/groups/default`, { id: 'default', entity_type: 'leads' }],
    [`leads/unsorted/${first('incoming_leads')}`, { uid: first('incoming_leads') }],
    [`talks/${first('talks')}`, { talk_id: first('talks') }],
    [`widgets/${record('widgets').code}`, { id: first('widgets') }],
    [`website_buttons/${first('website_buttons')}`, { source_id: first('website_buttons') }],
  ];
}

test('every entity is served by its id, and its absence is told', async () => {
  await withAccount({ leads: 60 }, async (simulator) => {
    for (const [path, shown] of byId(simulator)) {
      const reply = await ask(simulator, path);
      expect([path, reply.status]).toEqual([path, 200]);
      expect(reply.body).toMatchObject({
        ...shown,
        _links: { self: { href: `${simulator.url}/api/v4/${path}` } },
      });
      const gone = await ask(simulator, path.replace(/[^/]+$/, '999999999'));
      expect([path, [204, 404].includes(gone.status)]).toEqual([path, true]);
    }
    const missing = [
      'leads/9',
      'customers/9',
      'sources/9',
      'bots/9',
      'talks/9',
      'tasks/9',
      'leads/custom_fields/groups/9',
    ];
    const statuses = await Promise.all(missing.map(async (path) => (await ask(simulator, path)).status));
    expect(statuses).toEqual([204, 204, 204, 204, 404, 404, 404]);
    const [uuid] = simulator.account.ids('files');
    expect((await askDrive(simulator, `files/${uuid}`)).body).toMatchObject({
      uuid,
      created_by: { type: expect.any(String) },
    });
    expect((await askDrive(simulator, 'files/9')).status).toBe(404);
  });
});

test('what belongs to a record is asked for under it, and is gone with it', async () => {
  await withAccount({ leads: 60 }, async (simulator) => {
    const { account } = simulator;
    const note = account.create('leads_notes', { entity_id: account.ids('leads')[0]! });
    const lead = account.ids('leads')[0]!;
    const notes = records(await ask(simulator, `leads/${lead}/notes`));
    expect(notes.map(({ id }) => id)).toContain(note);
    expect(new Set(notes.map(({ entity_id }) => entity_id))).toEqual(new Set([lead]));
    const catalog = account.ids('catalogs')[0]!;
    const elements = await pages(simulator, `catalogs/${catalog}/elements`, 5);
    expect(elements.flat().length).toBe(account.childrenOf('catalog_elements', catalog).length);
    account.remove('catalogs', catalog);
    account.remove('leads', lead);
    const gone = [`catalogs/${catalog}/elements`, `catalogs/${catalog}/custom_fields`, `leads/${lead}/notes`];
    gone.push(
      `leads/${lead}/subscriptions`,
      `leads/${lead}/links`,
      `leads/${lead}/files`,
      'talks/9/messages',
    );
    for (const path of gone) expect([path, (await ask(simulator, path)).status]).toEqual([path, 404]);
    expect(
      [...account.truth('catalog_elements')].some(({ id }) => String(id).startsWith(`${catalog}/`)),
    ).toBe(false);
  });
});

test('what belongs to a lead that is in no list is asked for by nobody', async () => {
  await withAccount({ leads: 60, readings: { incomingLeads: 'not listed' } }, async ({ account }) => {
    const listed = new Set([...account.truth('leads')].map(({ id }) => String(id)));
    const waiting = account.ids('leads').find((id) => !listed.has(String(id)))!;
    const [lead] = account.ids('leads').filter((id) => listed.has(String(id)));
    for (const entity_id of [waiting, lead!]) account.create('leads_subscriptions', { entity_id });
    const followed = new Set([...account.truth('subscriptions')].map(({ id }) => `${id}`.split('/')[1]));
    expect(followed.has(String(lead))).toBe(true);
    expect(followed.has(String(waiting))).toBe(false);
  });
});

test('lists are asked for certain ids', async () => {
  await withAccount({ leads: 100 }, async (simulator) => {
    const { account } = simulator;
    for (const list of [
      'leads',
      'contacts',
      'companies',
      'customers',
      'tasks',
      'incoming_leads',
      'talks',
      'bots',
    ]) {
      const { path, identity } = account.list(list).declaration;
      const wanted = account.ids(list).slice(0, 3);
      const query = wanted.map((id) => `filter[${identity}][]=${id}`).join('&');
      const found = records(await ask(simulator, `${path}?${query}`)).map((row) => row[identity]);
      expect([list, new Set(found)]).toEqual([list, new Set(wanted)]);
    }
    const [one, two] = account.ids('files');
    const { body } = await askDrive(simulator, `files?filter[uuid]=${one},${two}`);
    expect(body._embedded.files.map(({ uuid }: { uuid: string }) => uuid)).toEqual([one, two]);
  });
});

test('the Drive names the time of its filter, counts its rows, and is no part of the account', async () => {
  const clock = testClock();
  await withAccount({ leads: 900, clock }, async (simulator) => {
    const { account } = simulator;
    const first = await askDrive(simulator, 'files?limit=250');
    expect(Object.keys(first.body)).toEqual(['_count', '_links', '_embedded']);
    expect(first.body._count).toBe(50);
    clock.advance(60_000);
    const changed = account.ids('files')[7]!;
    account.edit('files', changed);
    const since = (type: string) =>
      askDrive(
        simulator,
        `files?filter[date][type]=${type}&filter[date][from]=${account.now()}&filter[date][to]=${account.now()}`,
      );
    expect((await since('updated_at')).body._embedded.files).toMatchObject([{ uuid: changed }]);
    expect((await since('created_at')).status).toBe(204);
    expect((await askDrive(simulator, 'leads')).status).toBe(404);
    expect((await ask(simulator, 'account?with=drive_url')).body.drive_url).toBe(simulator.driveUrl);
    const byName = { ...simulator, url: simulator.url.replace('127.0.0.1', 'localhost') };
    const { drive_url } = (await ask(byName, 'account?with=drive_url')).body;
    expect(drive_url).toBe(simulator.driveUrl.replace('127.0.0.1', 'localhost'));
    const stranger = await fetch(`${simulator.driveUrl}/v1.0/files`);
    expect(stranger.status).toBe(401);
    expect(simulator.statistics.byList.files).toBe(4);
  });
});

test('files of a record come by falling id, from one id on', async () => {
  await withAccount({ leads: 60 }, async (simulator) => {
    const { account } = simulator;
    const [lead] = account.ids('leads');
    const made = account
      .ids('files')
      .slice(0, 5)
      .map((file_uuid) =>
        account.create('file_links', { file_uuid, entity_type: 'leads', entity_id: lead }),
      ) as number[];
    const first = records(await ask(simulator, `leads/${lead}/files?limit=3`)).map(({ id }) => id);
    expect(first).toEqual(made.slice(2).reverse());
    const rest = records(await ask(simulator, `leads/${lead}/files?limit=3&before_id=${first[2]}`)).map(
      ({ id }) => id,
    );
    expect(rest.slice(0, 2)).toEqual(made.slice(0, 2).reverse());
  });
});

test('chats of contacts are asked for by many ids, in both spellings, and not with a session', async () => {
  await withAccount({ leads: 60 }, async (simulator) => {
    const all = simulator.account.all('contact_chats');
    const contacts = [...new Set(all.map(({ contact_id }) => contact_id))].slice(0, 3);
    const found = async (query: string) => records(await ask(simulator, `contacts/chats?${query}`)).length;
    const expected = all.filter(({ contact_id }) => contacts.includes(contact_id)).length;
    expect(await found(contacts.map((id) => `contact_id[]=${id}`).join('&'))).toBe(expected);
    expect(await found(`contact_id=${contacts.join()}`)).toBe(expected);
    expect(await found(`chat_id=${all[0]!.chat_id}`)).toBe(1);
    expect((await ask(simulator, 'contacts/chats')).status).toBe(400);
    simulator.readings.filters = 'rejected';
    expect(await found(`chat_id=${all[0]!.chat_id}`)).toBe(1);
    const session = { cookie: 'session_id=1' };
    expect((await ask(simulator, `contacts/chats?contact_id=${contacts[0]}`, session)).status).toBe(403);
  });
});

test('incoming leads that were decided on leave the list and are in the summary', async () => {
  await withAccount({ leads: 300 }, async (simulator) => {
    const { account } = simulator;
    const before = (await ask(simulator, 'leads/unsorted/summary')).body;
    const kinds = Object.values(before.categories) as { total: number }[];
    expect(kinds.reduce((sum, { total }) => sum + total, 0)).toBe(account.count('incoming_leads'));
    for (const uid of account.sample('incoming_leads', 6)) account.remove('incoming_leads', uid);
    const { body } = await ask(simulator, 'leads/unsorted/summary');
    expect(body).toMatchObject({ total: before.total, accepted: 4, declined: 2 });
    expect((await ids(simulator, 'leads/unsorted')).length).toBe(before.total - 6);
    const later = await ask(
      simulator,
      `leads/unsorted/summary?filter[created_at][from]=${account.now() + 1}`,
    );
    expect(later.body.categories.mail.total).toBe(0);
  });
});

test('links of many records are one request; an address that is too long is refused', async () => {
  await withAccount({ leads: 100 }, async (simulator) => {
    const wanted = simulator.account.ids('leads').slice(0, 50);
    const query = wanted.map((id) => `filter[entity_id][]=${id}`).join('&');
    const links = records(await ask(simulator, `leads/links?${query}`));
    expect(new Set(links.map(({ entity_id }) => entity_id)).size).toBeGreaterThan(10);
    expect((await ask(simulator, 'leads/links')).status).toBe(400);
    const own = records(await ask(simulator, `leads/${links[0].entity_id}/links`));
    expect(own[0]).toMatchObject({ to_entity_id: links[0].to_entity_id });
    expect('entity_id' in own[0]).toBe(false);
    const long = await ask(simulator, `leads?${'filter[id][]=10000001&'.repeat(400)}`);
    expect([long.status, long.headers.get('content-type')]).toEqual([414, 'text/html']);
  });
});

test('lists are as long as they are told to be, and cost nothing until they are asked for', async () => {
  await withAccount({ leads: 10, catalogs: 5, rows: { talks: 700, leads_notes: 3 } }, async (simulator) => {
    expect(trueIds(simulator, 'talks')).toHaveLength(700);
    expect(trueIds(simulator, 'leads_notes')).toHaveLength(3);
    expect(records(await ask(simulator, 'catalogs'))).toHaveLength(5);
  });
  await expect(withAccount({ rows: { nonsense: 1 } }, async () => {})).rejects.toThrow(/no list "nonsense"/);
});
