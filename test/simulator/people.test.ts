import { expect, test } from 'vitest';
import { listDeclarations } from '../../src/simulator/lists.ts';
import type { Account, Readings, Simulator } from '../../src/simulator/simulator.ts';
import { ask, pages, records, testClock, withAccount } from './ask.ts';

const small = { leads: 40, events: 30 };

// biome-ignore lint/suspicious/noExplicitAny: documents of every shape
type Row = any;

/** Everything that a list serves, over all its parents. */
async function served(simulator: Simulator, name: string): Promise<Row[]> {
  const { account } = simulator;
  const { path, key, parent, host } = account.list(name).declaration;
  if (name === 'account') return [(await ask(simulator, 'account')).body];
  if (name === 'file_links') {
    const links = account.ids('files').map((uuid) => ask(simulator, `files/${uuid}/links`));
    return (await Promise.all(links)).flatMap(({ body }) => body.entities);
  }
  if (path === undefined) return (await ask(simulator, `account?with=${key}`)).body._embedded[key];
  const base = host === 'drive' ? `${simulator.driveUrl}/v1.0/` : `${simulator.url}/api/v4/`;
  const parents = parent && path.includes('{') ? account.ids(parent.list) : [''];
  const all: Row[] = [];
  for (const id of parents) {
    const own = path.replace(/\{\w+\}/, String(id));
    const ids =
      name === 'contact_chats' ? account.ids('contacts').map((contact) => `contact_id[]=${contact}`) : [];
    for (let page = 1; page === 1 || account.list(name).declaration.paged; page++) {
      const address = `${base}${own}?limit=250&page=${page}&with=is_pinned&${ids.join('&')}`;
      const response = await fetch(address, { headers: { authorization: `Bearer ${simulator.token}` } });
      if (response.status === 204) break;
      expect([address, response.status]).toEqual([address, 200]);
      all.push(...((await response.json()) as Row)._embedded[key]);
    }
  }
  return all;
}

/** What the lists say of their rows, and what is true of them. */
async function compare(simulator: Simulator, name: string): Promise<void> {
  const { account } = simulator;
  const { identity } = account.list(name).declaration;
  const rows = await served(simulator, name);
  const ids = account.ids(name);
  const truth = ids.map((id) => ({ id, version: account.list(name).version(account.list(name).rowOf(id)) }));
  if (rows.length === 0 || !(identity in rows[0])) return expect(rows).toHaveLength(truth.length);
  const shown = rows.map((row) => ({ id: row[identity], version: account.versionOf(name, row) }));
  const byId = (one: Row, two: Row) => (one.id < two.id ? -1 : 1);
  expect(shown.sort(byId)).toEqual(truth.sort(byId));
}

test.each(listDeclarations.map(({ name }) => name))(
  'people work in %s, and it serves what is true',
  async (name) => {
    const clock = testClock();
    await withAccount({ ...small, clock }, async (simulator) => {
      const { account } = simulator;
      await compare(simulator, name);
      const before = account.count(name);
      clock.advance(5000);
      const [first, second] = account.ids(name);
      if (name !== 'events') for (let time = 0; time < 2; time++) account.edit(name, first!);
      if (name !== 'account') {
        account.create(name);
        if (second !== undefined) account.remove(name, second);
        expect(account.count(name)).toBe(second === undefined ? before + 1 : before);
      }
      await compare(simulator, name);
      const streams = [...account.truth(account.list(name).declaration.stream?.name ?? name)];
      expect(new Set(streams.map(({ id }) => id)).size).toBe(streams.length);
    });
  },
);

test('a stream of several lists is told apart by its whole key', async () => {
  await withAccount(small, async ({ account }) => {
    const [note] = account.ids('contacts_notes');
    expect(account.ids('notes')).toContain(`contacts/${note}`);
    expect(account.count('notes')).toBe(account.ids('notes').length);
    const some = account.sample('notes', 5);
    expect(account.ids('notes')).toEqual(expect.arrayContaining(some));
    expect(new Set(some).size).toBe(5);
    const [element] = account.ids('catalog_elements');
    const catalog = account.record('catalog_elements', element!)!.catalog_id;
    expect([...account.truth('catalog_elements')][0]!.id).toBe(`${catalog}/${element}`);
    expect(account.versionOf('notes', { params: '{"text":"said (3)"}' })).toBe(3);
  });
});

const streams = [...new Set(listDeclarations.flatMap(({ stream }) => stream?.name ?? []))];

test.each(streams)('people work in %s by the keys that its truth names', async (name) => {
  const clock = testClock();
  await withAccount({ leads: 60, clock }, async ({ account }) => {
    const keys = () => new Set([...account.truth(name)].map(({ id }) => id));
    for (let deed = 0; deed < 12; deed++) {
      clock.advance(1000);
      const ids = [...keys()];
      const id = ids[(deed * 7) % ids.length]!;
      account.edit(name, id);
      account.remove(name, id);
      expect(keys().has(id)).toBe(false);
      expect([...account.binned(name)].map((entry) => entry.id)).toContain(id);
      account.restore(name, id);
      expect(keys().has(id)).toBe(true);
      const before = keys();
      account.create(name);
      const added = [...keys()].filter((key) => !before.has(key));
      // The stream has no file with one version; its second version brings the first one along.
      const isSecondVersion = name === 'file_versions' && added.length === 2;
      if (isSecondVersion) expect(new Set(added.map((key) => `${key}`.split('/')[0])).size).toBe(1);
      else expect(added).toHaveLength(1);
    }
  });
});

test('a version of a file is the main one until another follows', async () => {
  await withAccount(small, async (simulator) => {
    const { account } = simulator;
    const [file] = account.ids('files');
    const main = async () =>
      (await served(simulator, 'file_versions'))
        .filter(({ file_uuid, is_main }) => file_uuid === file && is_main)
        .map(({ version_uuid }) => version_uuid);
    const [before] = await main();
    const added = account.create('file_versions', { file_uuid: file });
    expect(await main()).toEqual([added]);
    account.remove('file_versions', added);
    expect(await main()).toEqual([before]);
  });
});

test('a talk that gets a message jumps to the top; so does a file change that gets a version', async () => {
  const clock = testClock();
  await withAccount({ ...small, clock }, async (simulator) => {
    const { account } = simulator;
    const talks = async () => records(await ask(simulator, 'talks?limit=250')) as Row[];
    const before = await talks();
    const times = before.map(({ updated_at }) => updated_at);
    expect(times).toEqual([...times].sort((one, two) => two - one));
    clock.advance(60_000);
    const { talk_id } = before.at(-1)!;
    account.create('talk_messages', { talk_id, text: 'hello' });
    expect((await talks())[0]).toMatchObject({ talk_id, updated_at: account.now() });
    const messages = records(
      await ask(simulator, `talks/${talk_id}/messages?filter[created_at][from]=${account.now()}`),
    );
    expect(messages).toMatchObject([{ text: 'hello', created_at: account.now() }]);
    const file = account.ids('files')[1]!;
    account.create('file_versions', { file_uuid: file });
    expect(account.record('files', file)).toMatchObject({
      updated_at: account.now(),
      has_multiple_versions: true,
    });
    account.remove('talks', talk_id);
    expect((await ask(simulator, `talks/${talk_id}/messages`)).status).toBe(404);
    expect([...account.truth('talk_messages')]).toHaveLength(
      account.count('talk_messages') - account.childrenOf('talk_messages', talk_id).length,
    );
  });
});

/** Two leads and a contact of an account that keeps its log, and what is embedded of them. */
async function atWork(
  readings: Partial<Readings>,
  work: (
    account: Account,
    ids: { lead: number; other: number; contact: number },
    simulator: Simulator,
  ) => Promise<void>,
): Promise<void> {
  const clock = testClock();
  await withAccount({ leads: 10, events: 0, clock, recordEvents: true, readings }, async (simulator) => {
    const { account } = simulator;
    clock.advance(60_000);
    const [lead, other] = account.ids('leads') as number[];
    const contact = account.create('contacts') as number;
    for (const { id } of embedded(account, 'contacts', contact, 'leads'))
      account.unlink('contacts', contact, 'leads', id);
    await work(account, { lead: lead!, other: other!, contact }, simulator);
  });
}

function embedded(account: Account, list: string, id: number, key: string): Row[] {
  return (account.record(list, id, [key])!._embedded as Row)[key];
}

function lastEvents(account: Account, count: number): Row[] {
  return account
    .ids('events')
    .slice(-count)
    .map((id) => account.record('events', id));
}

test('a link is embedded on both sides, and a reading says whether a side gets a new time', async () => {
  await atWork({ linksTouch: { leads: false } }, async (account, { lead, contact }, simulator) => {
    const before = account.record('leads', lead)!.updated_at;
    account.link('leads', lead, 'contacts', contact);
    expect(embedded(account, 'leads', lead, 'contacts').map(({ id }) => id)).toContain(contact);
    expect(embedded(account, 'contacts', contact, 'leads')).toEqual([{ id: lead }]);
    expect(account.record('leads', lead)!.updated_at).toBe(before);
    expect(account.record('contacts', contact)!.updated_at).toBe(account.now());
    expect(lastEvents(account, 1)).toMatchObject([
      {
        type: 'contact_linked',
        entity_type: 'lead',
        entity_id: lead,
        value_after: [{ link: { entity: { type: 'contact', id: contact } } }],
      },
    ]);
    const links = records(
      await ask(simulator, `leads/links?filter[entity_id][]=${lead}&filter[to_entity_type]=contacts`),
    );
    expect(links.map(({ to_entity_id }) => to_entity_id)).toContain(contact);
    expect(Object.keys((await ask(simulator, `leads/${lead}`)).body._embedded)).toEqual([
      'tags',
      'companies',
    ]);
    simulator.readings.linkEvents = 'generic';
    account.unlink('contacts', contact, 'leads', lead);
    expect(embedded(account, 'contacts', contact, 'leads')).toEqual([]);
    expect(lastEvents(account, 1)).toMatchObject([{ type: 'entity_unlinked', entity_type: 'contact' }]);
  });
});

test('a lead has one company at most', async () => {
  await atWork({}, async (account, { lead }) => {
    const [one, two] = account.ids('companies') as number[];
    account.link('leads', lead, 'companies', one!);
    account.link('companies', two!, 'leads', lead);
    expect(embedded(account, 'leads', lead, 'companies')).toEqual([{ id: two }]);
    expect(embedded(account, 'companies', one!, 'leads').map(({ id }) => id)).not.toContain(lead);
  });
});

test('tags come and go with an event, and with a new time where the reading says so', async () => {
  await atWork({ tagsTouch: false }, async (account, { lead }, simulator) => {
    const before = account.record('leads', lead)!.updated_at;
    account.tag('leads', lead, 'brand new');
    const tag = records(await ask(simulator, 'leads/tags?filter[name]=brand new'))[0];
    expect(embedded(account, 'leads', lead, 'tags')).toContainEqual({
      id: tag.id,
      name: 'brand new',
      color: null,
    });
    account.untag('leads', lead, 'brand new');
    expect(embedded(account, 'leads', lead, 'tags').map(({ name }) => name)).not.toContain('brand new');
    expect(lastEvents(account, 2)).toMatchObject([
      { type: 'entity_tag_added', value_after: [{ tag: { name: 'brand new' } }] },
      { type: 'entity_tag_deleted', value_before: [{ tag: { name: 'brand new' } }] },
    ]);
    expect(account.record('leads', lead)!.updated_at).toBe(before);
    simulator.readings.tagsTouch = true;
    account.tag('leads', lead, 'brand new');
    expect(account.record('leads', lead)!.updated_at).toBe(account.now());
  });
});

test.each([
  [
    'value_before',
    (lead: number, other: number) => ({
      entity_id: lead,
      value_before: [{ link: { entity: { type: 'lead', id: other } } }],
    }),
  ],
  ['entity_id', (_: number, other: number) => ({ entity_id: other, value_before: [] })],
  ['nothing', (lead: number) => ({ entity_id: lead, value_before: [] })],
] as const)(
  'a merge hands on what hangs on the loser, and its event names it: %s',
  async (mergedTells, expected) => {
    await atWork({ mergedTells, mergesTouch: false }, async (account, { lead, other, contact }) => {
      account.link('leads', other, 'contacts', contact);
      account.tag('leads', other, 'of the loser');
      account.merge('leads', lead, other);
      expect(account.has('leads', other)).toBe(false);
      expect([...account.binned('leads')]).toEqual([]);
      expect(embedded(account, 'leads', lead, 'contacts').map(({ id }) => id)).toContain(contact);
      expect(embedded(account, 'contacts', contact, 'leads')).toEqual([{ id: lead }]);
      expect(embedded(account, 'leads', lead, 'tags').map(({ name }) => name)).toContain('of the loser');
      expect(lastEvents(account, 1)).toMatchObject([{ type: 'entity_merged', ...expected(lead, other) }]);
      expect([...account.truth('deletions')].at(-1)!.id).toBe(lastEvents(account, 1)[0].id);
    });
  },
);

test('a restored record keeps its time where the reading says so', async () => {
  const clock = testClock();
  await withAccount({ leads: 10, clock, recordEvents: true }, async ({ account, readings }) => {
    const [lead] = account.ids('leads');
    account.remove('leads', lead!);
    const removed = account.now();
    clock.advance(60_000);
    readings.restoresTouch = { leads: false };
    account.restore('leads', lead!);
    expect(account.record('leads', lead!)!.updated_at).toBe(removed);
    expect(lastEvents(account, 1)).toMatchObject([{ type: 'lead_restored', entity_id: lead }]);
  });
});

test('the log tells of notes under what they hang on, and of nothing that it has no type for', async () => {
  await atWork({}, async (account, { lead }) => {
    const note = account.create('leads_notes', { entity_id: lead, note_type: 'call_in' });
    account.remove('leads_notes', note);
    expect(lastEvents(account, 2)).toMatchObject([
      { type: 'incoming_call', entity_type: 'lead', entity_id: lead, value_after: [{ note: { id: note } }] },
      { type: 'common_note_deleted', entity_id: lead, value_before: [{ note: { id: note } }] },
    ]);
    const events = account.count('events');
    const [one, two] = account.ids('catalog_elements');
    account.remove('catalog_elements', one!);
    expect(account.count('events')).toBe(events);
    account.create('event_types', { key: 'catalog_element_deleted' });
    account.remove('catalog_elements', two!);
    expect(lastEvents(account, 1)).toMatchObject([{ type: 'catalog_element_deleted', entity_id: two }]);
  });
});

test('filter[type] is obeyed, overlooked or refused, all of it or single types', async () => {
  await withAccount({ leads: 10, events: 200 }, async (simulator) => {
    const { readings } = simulator;
    const query = 'events?limit=250&filter[type][]=task_added&filter[type][]=lead_added';
    const types = async () => new Set(records(await ask(simulator, query)).map(({ type }) => type));
    expect(await types()).toEqual(new Set(['task_added', 'lead_added']));
    readings.eventTypes = { task_added: 'ignored' };
    expect((await types()).size).toBeGreaterThan(5);
    readings.eventTypes = { task_added: 'rejected' };
    expect((await ask(simulator, query)).status).toBe(400);
    expect((await ask(simulator, 'events?filter[type]=lead_added')).status).toBe(200);
  });
});

test('a busy log is written over a day', async () => {
  const clock = testClock();
  await withAccount({ leads: 5, events: 0, clock }, async (simulator) => {
    const at = simulator.account.now() - 86_400;
    simulator.account.import({
      stream: 'events',
      count: 1000,
      at,
      over: 86_400,
      record: { type: 'robot_replied' },
    });
    const all = (await pages(simulator, 'events')).flat() as Row[];
    expect(new Set(all.map(({ type }) => type))).toEqual(new Set(['robot_replied']));
    expect(new Set(all.map(({ created_at }) => created_at)).size).toBe(1000);
  });
});

test('the past has its dead: their events name nobody who is in a list', async () => {
  await withAccount({ leads: 300, events: 3000 }, async ({ account }) => {
    const lists = { lead: 'leads', contact: 'contacts', company: 'companies', task: 'tasks' };
    const told = [...account.truth('deletions')].map(({ id }) => account.record('events', id) as Row);
    expect(new Set(told.map(({ type }) => type))).toContain('common_note_deleted');
    for (const { type, entity_type, entity_id } of told) {
      const list = lists[entity_type as keyof typeof lists];
      const isThere = /_restored$|^entity_merged$|^common_/.test(type);
      expect([type, account.has(list, entity_id)]).toEqual([type, isThere]);
    }
  });
});
