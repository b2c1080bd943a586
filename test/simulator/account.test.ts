import fc from 'fast-check';
import { expect, test } from 'vitest';
import { customFieldTypes } from '../../src/simulator/custom-fields.ts';
import { ask, ids, pages, records, testClock, trueIds, withAccount } from './ask.ts';

const streams = ['leads', 'contacts', 'companies', 'tasks'] as const;

test('one seed is one account, another seed another', async () => {
  const look = async (seed: number) => {
    let seen = '';
    await withAccount({ leads: 120, seed, clock: testClock() }, async (simulator) => {
      for (const list of [...streams, 'events', 'users', 'leads/pipelines']) {
        const reply = await ask(simulator, `${list}?limit=250`);
        seen += JSON.stringify(records(reply)).replaceAll(simulator.url, '');
      }
    });
    return seen;
  };
  const one = await look(1);
  expect(await look(1)).toBe(one);
  expect(await look(2)).not.toBe(one);
});

test.each(streams)('what %s serves is the truth: id, version and time', async (stream) => {
  const clock = testClock();
  await withAccount({ leads: 200, clock }, async (simulator) => {
    const { account } = simulator;
    const [first, second, third] = account.ids(stream);
    clock.advance(5000);
    account.edit(stream, first!);
    account.edit(stream, first!);
    account.bulkEdit(stream, [second!, third!]);
    account.create(stream, { name: 'new' });
    const served = (await pages(simulator, stream)).flat();
    const shown = served.map((record) => ({
      id: record.id,
      version: account.versionOf(stream, record),
      updated_at: record.updated_at,
    }));
    expect(shown).toEqual([...account.truth(stream)]);
    expect(shown[0]).toEqual({ id: first, version: 2, updated_at: account.now() });
    expect(shown[1]).toMatchObject({ version: 1, updated_at: account.now() });
  });
});

test('an edit patches what it names, with a time of its own where it says so', async () => {
  await withAccount({ leads: 20, clock: testClock() }, async (simulator) => {
    const { account } = simulator;
    const [id] = account.ids('leads');
    account.edit('leads', id!, { name: 'Mine', status_id: 142, score: undefined, updated_at: 1_000_000_000 });
    const { body } = await ask(simulator, `leads/${id}`);
    expect(body).toMatchObject({ id, name: 'Mine', status_id: 142, updated_at: 1_000_000_000 });
    expect('score' in body).toBe(false);
    account.edit('leads', id!, { _embedded: { tags: [] } });
    const again = (await ask(simulator, `leads/${id}`)).body;
    expect(again).toMatchObject({ name: 'Mine', updated_at: account.now(), _embedded: { tags: [] } });
    expect(again._embedded.companies).toBeDefined();
  });
});

test.each(streams)(
  'a removed record of %s leaves the list and comes back as a new version',
  async (stream) => {
    await withAccount({ leads: 40, clock: testClock() }, async (simulator) => {
      const { account } = simulator;
      const [id] = account.ids(stream);
      account.remove(stream, id!);
      expect(await ids(simulator, stream)).not.toContain(id);
      expect(await ids(simulator, stream)).toEqual(trueIds(simulator, stream));
      expect([...account.binned(stream)].map((entry) => entry.id)).toEqual([id]);
      if (stream !== 'tasks') {
        const [row] = records(await ask(simulator, `${stream}?with=only_deleted`));
        expect(row).toMatchObject({
          id,
          is_deleted: true,
          name: null,
          created_at: null,
          updated_at: account.now(),
        });
      }
      account.restore(stream, id!);
      expect([...account.truth(stream)].find((entry) => entry.id === id)?.version).toBe(2);
      account.remove(stream, id!);
      account.purge(stream, id!);
      expect([...account.binned(stream)]).toEqual([]);
      expect(() => account.edit(stream, id!)).toThrow(/no record/);
    });
  },
);

test('a row becomes visible late, with its older time', async () => {
  const clock = testClock();
  await withAccount({ leads: 10, clock }, async (simulator) => {
    const { account } = simulator;
    const created = account.now();
    const id = account.create('leads', { visibleFrom: created + 60 });
    clock.advance(30_000);
    expect(await ids(simulator, 'leads')).not.toContain(id);
    expect(trueIds(simulator, 'leads')).not.toContain(id);
    clock.advance(30_000);
    const late = (await pages(simulator, 'leads?order[updated_at]=asc')).flat().at(-1);
    expect(late).toMatchObject({ id, updated_at: created });
  });
});

test('an import is many records in one second', async () => {
  await withAccount({ leads: 10, clock: testClock() }, async (simulator) => {
    simulator.account.import({ count: 10_000, at: 1_700_000_000 });
    const seen = (
      await pages(simulator, 'leads?filter[updated_at][from]=1700000000&filter[updated_at][to]=1700000000')
    ).flat();
    expect(new Set(seen.map((lead) => lead.id)).size).toBeGreaterThanOrEqual(10_000);
  });
});

test('events appear as they are told, and edits leave some only when wanted', async () => {
  await withAccount({ leads: 10, events: 0, clock: testClock() }, async (simulator) => {
    const { account } = simulator;
    const [lead] = account.ids('leads');
    account.edit('leads', lead!);
    expect(account.count('events')).toBe(0);
    const id = account.addEvent({ type: 'lead_linked', entity_id: 7, created_at: 1_700_000_000 });
    expect((await ask(simulator, `events/${id}`)).body).toMatchObject({
      id,
      type: 'lead_linked',
      entity_id: 7,
      created_at: 1_700_000_000,
    });
    account.recordEvents = true;
    account.remove('leads', lead!);
    expect(records(await ask(simulator, 'events'))[0]).toMatchObject({
      type: 'lead_deleted',
      entity_id: lead,
      entity_type: 'lead',
    });
  });
});

test('the data have the traps of real data', async () => {
  await withAccount({ leads: 3000, clock: testClock() }, async (simulator) => {
    const leads = (await pages(simulator, 'leads')).flat();
    const types = new Set(
      leads.flatMap((lead) => lead.custom_fields_values ?? []).map((value) => value.field_type),
    );
    expect([...customFieldTypes].filter((type) => !types.has(type))).toEqual([]);
    expect(leads.some((lead) => lead.custom_fields_values === null)).toBe(true);
    expect(leads.some((lead) => lead.custom_fields_values?.length === 0)).toBe(true);
    expect(leads.some((lead) => !('is_price_computed' in lead))).toBe(true);
    expect(leads.some((lead) => lead.created_by === 0) && leads.some((lead) => lead.group_id === 0)).toBe(
      true,
    );
    const created = leads.map((lead) => lead.created_at);
    expect(created).not.toEqual([...created].sort((left, right) => left - right));
    for (const lead of leads) expect(lead.updated_at).toBeGreaterThanOrEqual(lead.created_at);
    const seconds = new Map<number, number>();
    for (const lead of leads) seconds.set(lead.updated_at, (seconds.get(lead.updated_at) ?? 0) + 1);
    expect(Math.max(...seconds.values())).toBeGreaterThan(100);
    const tasks = (await pages(simulator, 'tasks')).flat();
    expect(
      tasks.some((task) => Array.isArray(task.result)) && tasks.some((task) => 'text' in task.result),
    ).toBe(true);
    const contacts = (await pages(simulator, 'contacts')).flat();
    expect(contacts.some((contact) => contact.first_name === '' && contact.name !== '')).toBe(true);
    const names = JSON.stringify(contacts.map((contact) => contact.name));
    for (const script of [
      /\p{Script=Cyrillic}/u,
      /\p{Script=Arabic}/u,
      /\p{Script=Hebrew}/u,
      /\p{Script=Han}/u,
      /\p{Emoji_Presentation}/u,
    ]) {
      expect(names).toMatch(script);
    }
    const events = (await pages(simulator, 'events')).flat();
    for (const event of events) {
      expect(event.id).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
      expect(Array.isArray(event.value_after) && Array.isArray(event.value_before)).toBe(true);
    }
  });
});

test('random work leaves lists and truth in agreement', async () => {
  const deed = fc.record({
    kind: fc.constantFrom('edit', 'remove', 'create', 'restore', 'past'),
    which: fc.nat(500),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { maxLength: 60 }),
      fc.constantFrom(...streams),
      async (deeds, stream) => {
        const clock = testClock();
        await withAccount({ leads: 50, clock, compress: false }, async (simulator) => {
          const { account } = simulator;
          await ask(simulator, `${stream}?order[updated_at]=asc`);
          for (const { kind, which } of deeds) {
            clock.advance(which);
            const listed = account.ids(stream);
            const id = listed[which % Math.max(1, listed.length)];
            if (kind === 'create') account.create(stream);
            else if (kind === 'restore')
              for (const entry of [...account.binned(stream)].slice(0, 1)) account.restore(stream, entry.id);
            else if (id === undefined) continue;
            else if (kind === 'edit') account.edit(stream, id);
            else if (kind === 'past') account.edit(stream, id, { updated_at: 1_600_000_000 + which });
            else account.remove(stream, id);
          }
          const served = (await pages(simulator, `${stream}?order[updated_at]=asc`, 7)).flat();
          const shown = served.map((record) => [
            record.id,
            account.versionOf(stream, record),
            record.updated_at,
          ]);
          const truth = [...account.truth(stream)].map((entry) => [
            entry.id,
            entry.version,
            entry.updated_at,
          ]);
          expect(shown.sort((left, right) => left[0] - right[0])).toEqual(truth);
        });
      },
    ),
    { numRuns: 25 },
  );
});
