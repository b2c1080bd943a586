import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Stream } from '../../../src/stream/declaration.ts';
import { deletions } from '../../../streams/activity/deletions.ts';
import { notes } from '../../../streams/activity/notes.ts';
import { checkpoint, newPath, openSink, query, recordsOf, streamNamed } from './workspace.ts';

const leads = streamNamed('leads');
const events = streamNamed('events');
type Sink = ReturnType<typeof openSink>;
type Row = Record<string, unknown>;

const open = (
  path: string,
  mode: 'incremental' | 'full_refresh' = 'incremental',
  streams: Stream[] = [leads, deletions, events],
) => openSink(path, { streams: streams.map((stream) => ({ stream, mode })) });

const told = (id: string, type: string, entity: number, at: number, more: Row = {}) => ({
  id,
  type,
  entity_type: 'lead',
  entity_id: entity,
  created_at: at,
  created_by: 7,
  value_before: [],
  value_after: [],
  ...more,
});
const lead = (id: number, updated_at: number, more: Row = {}) => ({
  id,
  name: `Lead ${id}`,
  updated_at,
  created_at: 1,
  ...more,
});

/** The records of `deletions` that come of these events. */
const tellsOf = (log: Row[]) => recordsOf(deletions, log.flatMap(deletions.lists[0]!.rows));

/** Ends a run that began after the second `closed`. */
async function end(
  sink: Sink,
  closed: number,
  { mode = 'incremental' as const, streams = ['leads', 'deletions', 'events'] } = {},
) {
  for (const stream of streams)
    await sink.emit(checkpoint(stream, { mode, finished: 1, through: closed, until: closed }));
  const counts = sink.count('leads');
  sink.close();
  return counts;
}

/** A file with these leads, read after second 10. */
async function fileWith(...rows: Row[]): Promise<string> {
  const path = newPath();
  const sink = open(path);
  await sink.emit(recordsOf(leads, rows));
  await end(sink, 10);
  return path;
}

const marks = (path: string) =>
  query(path, 'SELECT id, _deleted_at AS at, _merged_into AS winner FROM leads ORDER BY id').map(
    ({ id, at, winner }) => (winner === null ? [id, at] : [id, at, winner]),
  );

describe('a record that the log says is deleted', () => {
  test('is marked with the second of its deletion and keeps its values', async () => {
    const path = await fileWith(lead(1, 5), lead(2, 5));
    const sink = open(path);
    await sink.emit(tellsOf([told('01', 'lead_deleted', 1, 20)]));
    expect(await end(sink, 30)).toEqual({ rows: 1, changed: 0, deleted: 1 });
    expect(marks(path)).toEqual([
      [1, 20],
      [2, null],
    ]);
    expect(query(path, 'SELECT name FROM leads WHERE id = 1')).toEqual([{ name: 'Lead 1' }]);
  });

  test('is alive once it is restored, whatever order the events come in', async () => {
    const [gone, back] = [told('01', 'lead_deleted', 1, 20), told('02', 'lead_restored', 1, 25)];
    for (const order of [
      [gone, back],
      [back, gone],
    ]) {
      const path = await fileWith(lead(1, 5));
      const sink = open(path);
      for (const event of order) await sink.emit(tellsOf([event]));
      await end(sink, 30);
      expect(marks(path)).toEqual([[1, null]]);
    }
  });

  test('restored in a later run is alive again, and counts as changed', async () => {
    const path = await fileWith(lead(1, 5));
    const first = open(path);
    await first.emit(tellsOf([told('01', 'lead_deleted', 1, 20)]));
    await end(first, 30);
    const second = open(path);
    await second.emit(tellsOf([told('01', 'lead_deleted', 1, 20), told('02', 'lead_restored', 1, 35)]));
    expect(await end(second, 40)).toEqual({ rows: 1, changed: 1, deleted: 0 });
  });

  test.each([
    ['deleted last', '02', '01', 20],
    ['restored last', '01', '02', null],
  ])('and restored in the same second goes by the id of the event: %s', async (_case, gone, back, at) => {
    const path = await fileWith(lead(1, 5));
    const sink = open(path);
    await sink.emit(tellsOf([told(gone, 'lead_deleted', 1, 20), told(back, 'lead_restored', 1, 20)]));
    await end(sink, 30);
    expect(marks(path)).toEqual([[1, at]]);
  });

  test('is alive when it comes after that, and stays so when the event is told again', async () => {
    const path = await fileWith(lead(1, 5));
    const sink = open(path);
    await sink.emit(tellsOf([told('01', 'lead_deleted', 1, 20)]));
    await sink.emit(recordsOf(leads, [lead(1, 5)]));
    await sink.emit(tellsOf([told('01', 'lead_deleted', 1, 20)]));
    await end(sink, 30);
    expect(marks(path)).toEqual([[1, null]]);
  });

  test('is alive when it came before that in the same run: what is read outlived what the log of the run tells', async () => {
    const path = await fileWith(lead(1, 5), lead(2, 5));
    const sink = open(path);
    await sink.emit(recordsOf(leads, [lead(1, 20)]));
    await sink.emit(tellsOf([told('01', 'lead_deleted', 1, 20), told('02', 'lead_deleted', 2, 20)]));
    await end(sink, 30);
    expect(marks(path)).toEqual([
      [1, null],
      [2, 20],
    ]);
    const next = open(path);
    await next.emit(tellsOf([told('03', 'lead_deleted', 1, 31)]));
    await end(next, 40);
    expect(marks(path)[0]).toEqual([1, 31]);
  });

  test('is alive when it was changed after its deletion', async () => {
    const path = await fileWith(lead(1, 21));
    const sink = open(path);
    await sink.emit(tellsOf([told('01', 'lead_deleted', 1, 20)]));
    await end(sink, 30);
    expect(marks(path)).toEqual([[1, null]]);
  });

  test('is alive when the first read, or a full one, found it after that', async () => {
    const path = newPath();
    const history = [told('01', 'lead_deleted', 1, 6)];
    const first = open(path);
    await first.emit(recordsOf(leads, [lead(1, 5)]));
    await first.emit(tellsOf(history));
    await end(first, 10);
    expect(marks(path)).toEqual([[1, null]]);
    const second = open(path, 'full_refresh');
    await second.emit(recordsOf(leads, [lead(1, 5)]));
    await second.emit(checkpoint('leads', { mode: 'full_refresh', finished: 1, until: 30 }));
    await second.emit({ type: 'finished', stream: 'leads', records: 1, requests: 1 });
    await second.emit(tellsOf([...history, told('02', 'lead_deleted', 1, 20)]));
    second.close();
    expect(marks(path)).toEqual([[1, null]]);
  });

  test('between the parts of a full refresh that was killed is marked at its end', async () => {
    const path = await fileWith(lead(1, 5), lead(2, 5));
    const killed = open(path, 'full_refresh');
    await killed.emit(recordsOf(leads, [lead(1, 5)]));
    await killed.emit(checkpoint('leads', { mode: 'full_refresh', until: 15 }));
    killed.close();
    const again = open(path, 'full_refresh');
    await again.emit(tellsOf([told('01', 'lead_deleted', 1, 20)]));
    await again.emit(recordsOf(leads, [lead(2, 5)]));
    await again.emit(checkpoint('leads', { mode: 'full_refresh', finished: 1, until: 30 }));
    await again.emit({ type: 'finished', stream: 'leads', records: 2, requests: 1 });
    again.close();
    expect(marks(path)).toEqual([
      [1, 20],
      [2, null],
    ]);
  });

  test('is dated by the log where a full read had missed it', async () => {
    const path = await fileWith(lead(1, 5));
    const full = open(path, 'full_refresh', [leads]);
    await full.emit(checkpoint('leads', { mode: 'full_refresh', finished: 1, until: 50 }));
    await full.emit({ type: 'finished', stream: 'leads', records: 0, requests: 1 });
    full.close();
    expect(marks(path)).toEqual([[1, 50]]);
    const sink = open(path);
    await sink.emit(tellsOf([told('01', 'lead_deleted', 1, 20)]));
    await end(sink, 60);
    expect(marks(path)).toEqual([[1, 20]]);
  });

  test('is marked in a run of deletions alone', async () => {
    const path = await fileWith(lead(1, 5));
    const sink = open(path, 'incremental', [deletions]);
    await sink.emit(
      tellsOf([
        told('01', 'lead_deleted', 1, 20),
        told('02', 'contact_deleted', 1, 20, { entity_type: 'contact' }),
      ]),
    );
    await sink.emit(checkpoint('deletions', { until: 30 }));
    sink.close();
    expect(marks(path)).toEqual([[1, 20]]);
    expect(query(path, 'SELECT stream, id, deleted_by FROM deleted_records')).toEqual([
      { stream: 'leads', id: '1', deleted_by: 7 },
    ]);
  });

  test('is no more than what a checkpoint covers', async () => {
    const path = await fileWith(lead(1, 5));
    const sink = open(path);
    await sink.emit(tellsOf([told('01', 'lead_deleted', 1, 20)]));
    sink.close();
    expect(marks(path)).toEqual([[1, null]]);
  });
});

test('a note is marked where it belongs, as ids may be the same in two entities', async () => {
  const path = newPath();
  const streams = [notes, deletions];
  const note = { updated_at: 5, created_at: 1 };
  const first = open(path, 'incremental', streams);
  await first.emit(
    recordsOf(notes, [
      { ...note, id: 3, entity_type: 'leads' },
      { ...note, id: 3, entity_type: 'contacts' },
    ]),
  );
  await first.emit(checkpoint('notes', { until: 10, lists: {} }));
  first.close();
  const second = open(path, 'incremental', streams);
  const value_before = [{ note: { id: 3 } }];
  await second.emit(tellsOf([told('01', 'common_note_deleted', 9, 20, { value_before })]));
  await second.emit(checkpoint('deletions', { until: 30 }));
  second.close();
  expect(query(path, 'SELECT entity_type, _deleted_at FROM notes ORDER BY entity_type')).toEqual([
    { entity_type: 'contacts', _deleted_at: null },
    { entity_type: 'leads', _deleted_at: 20 },
  ]);
  const third = open(path, 'incremental', streams);
  const both = ['lead', 'contact'].map((entity_type, index) =>
    told(`0${index + 2}`, 'common_note_deleted', 9, 40 + index, {
      ...{ value_before, entity_type, created_by: 8 + index },
    }),
  );
  await third.emit(tellsOf(both));
  await third.emit(checkpoint('deletions', { until: 50 }));
  third.close();
  expect(query(path, 'SELECT entity_type, _deleted_at FROM notes ORDER BY entity_type')).toEqual([
    { entity_type: 'contacts', _deleted_at: 41 },
    { entity_type: 'leads', _deleted_at: 20 },
  ]);
  expect(query(path, 'SELECT id, deleted_by FROM deleted_records ORDER BY id')).toEqual([
    { id: 'contacts/3', deleted_by: 9 },
    { id: 'leads/3', deleted_by: 8 },
  ]);
});

describe('of two records that were merged', () => {
  const merged = (id: string, entity: number, at: number, losers: number[]) =>
    told(id, 'entity_merged', entity, at, {
      value_before: losers.map((loser) => ({ link: { entity: { type: 'lead', id: loser } } })),
    });

  test('the one that is gone is marked and names the winner, where the event tells both', async () => {
    const path = await fileWith(lead(1, 5), lead(2, 5), lead(3, 5));
    const sink = open(path);
    const merge = merged('01', 1, 20, [2, 3]);
    await sink.emit(tellsOf([merge]));
    await sink.emit(recordsOf(events, [merge, merged('02', 1, 21, [])]));
    expect(await end(sink, 30)).toEqual({ rows: 1, changed: 0, deleted: 2 });
    expect(marks(path)).toEqual([
      [1, null],
      [2, 20, 1],
      [3, 20, 1],
    ]);
  });

  test('none is marked while it is not known which is gone', async () => {
    const path = await fileWith(lead(1, 5), lead(2, 5));
    const sink = open(path);
    await sink.emit(tellsOf([merged('01', 1, 20, [])]));
    await sink.emit(recordsOf(events, [merged('01', 1, 20, [])]));
    await end(sink, 30);
    expect(marks(path)).toEqual([
      [1, null],
      [2, null],
    ]);
  });

  test('the one that the account does not have any more is marked', async () => {
    const path = await fileWith(lead(1, 5), lead(2, 5));
    const sink = open(path);
    await sink.emit({ type: 'gone', stream: 'leads', ids: [2, 99], at: 25 });
    expect(await end(sink, 30)).toEqual({ rows: 1, changed: 0, deleted: 1 });
    expect(marks(path)).toEqual([
      [1, null],
      [2, 25],
    ]);
  });

  test('a full refresh that was under way before does not bring the loser back', async () => {
    const path = await fileWith(lead(1, 5), lead(2, 5));
    const killed = open(path, 'full_refresh');
    await killed.emit(recordsOf(leads, [lead(2, 5)]));
    await killed.emit(checkpoint('leads', { mode: 'full_refresh', until: 15 }));
    killed.close();
    const again = open(path, 'full_refresh');
    await again.emit(recordsOf(events, [merged('01', 1, 20, [2])]));
    await again.emit(recordsOf(leads, [lead(1, 20)]));
    await again.emit(checkpoint('leads', { mode: 'full_refresh', finished: 1, until: 30 }));
    await again.emit({ type: 'finished', stream: 'leads', records: 2, requests: 1 });
    again.close();
    expect(marks(path)).toEqual([
      [1, null],
      [2, 20, 1],
    ]);
  });
});

test('a row of the bin overwrites nothing', async () => {
  const path = await fileWith(lead(1, 5));
  const sink = open(path);
  await sink.emit(recordsOf(leads, [{ id: 1, name: null, updated_at: 25, is_deleted: true, account_id: 3 }]));
  await end(sink, 30);
  expect(query(path, 'SELECT name, updated_at FROM leads')).toEqual([{ name: 'Lead 1', updated_at: 5 }]);
});

/** People at work: what they do to one of three leads, and when a run passes by. */
const work = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom('edit', 'delete', 'restore'),
        id: fc.integer({ min: 1, max: 3 }),
        later: fc.integer({ min: 0, max: 2 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('merge'),
        id: fc.integer({ min: 1, max: 3 }),
        into: fc.integer({ min: 1, max: 3 }),
        later: fc.integer({ min: 0, max: 2 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('run'),
        full: fc.boolean(),
        dies: fc.boolean(),
        order: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
      }),
    },
  ),
  { maxLength: 25 },
);

test('the dead are exactly the dead after each run, in whatever order its pages come and wherever it dies', async () => {
  const property = fc.asyncProperty(work, fc.boolean(), async (deeds, restoresTouch) => {
    const path = newPath();
    const account = new Map([1, 2, 3].map((id) => [id, { id, updated_at: 1, alive: true }]));
    const log: Row[] = [];
    let now = 10;
    let state = { through: 0, first: true };
    const note = (type: string, id: number, more: Row = {}) =>
      void log.push(told(`${log.length}`.padStart(4, '0'), type, id, now, more));
    for (const deed of [...deeds, { do: 'run', full: false, dies: false, order: [] } as const]) {
      if (deed.do !== 'run') {
        now += deed.later;
        const one = account.get(deed.id)!;
        if (deed.do === 'edit' && one.alive) one.updated_at = now;
        if (deed.do === 'delete' && one.alive) {
          one.alive = false;
          note('lead_deleted', one.id);
        }
        if (deed.do === 'restore' && !one.alive && !('merged' in one)) {
          one.alive = true;
          if (restoresTouch) one.updated_at = now;
          note('lead_restored', one.id);
        }
        if ('into' in deed && one.alive && deed.into !== deed.id && account.get(deed.into)!.alive) {
          Object.assign(one, { alive: false, merged: deed.into });
          note('entity_merged', deed.into, {
            value_before: [{ link: { entity: { type: 'lead', id: one.id } } }],
          });
        }
        continue;
      }
      // The second of the last deed is over, and nobody works during the run.
      const closed = now;
      now += 1;
      const mode = deed.full ? 'full_refresh' : 'incremental';
      const from = deed.full || state.first ? 0 : state.through - 1;
      const sink = open(path, mode);
      const recent = log.filter(({ created_at }) => (created_at as number) >= from);
      // What is restored is asked for by id, as the time of its last change need not tell.
      const restored = new Set(
        recent.filter(({ type }) => type === 'lead_restored').map(({ entity_id }) => entity_id),
      );
      const living = [...account.values()].filter(
        (row) => row.alive && (row.updated_at >= from || restored.has(row.id)),
      );
      const pages = [
        ...living.map((row) => recordsOf(leads, [lead(row.id, row.updated_at)])),
        ...recent.flatMap((event) => [recordsOf(events, [event]), tellsOf([event])]),
      ];
      const shuffled = pages
        .map((page, place) => ({ page, rank: deed.order[place % 12] ?? place }))
        .sort((a, b) => a.rank - b.rank);
      for (const { page } of shuffled) await sink.emit(page);
      if (deed.dies) {
        sink.close();
        continue;
      }
      for (const stream of ['leads', 'deletions', 'events']) {
        await sink.emit(checkpoint(stream, { mode, finished: 1, through: closed, until: closed }));
        await sink.emit({ type: 'finished', stream, records: 0, requests: 1 });
      }
      sink.close();
      state = { through: closed, first: false };
      const held = query<{ id: number; at: number | null; winner: number | null }>(
        path,
        'SELECT id, _deleted_at AS at, _merged_into AS winner FROM leads',
      );
      for (const { id, at, winner } of held) {
        const truth = account.get(id)!;
        expect({ id, alive: at === null }).toEqual({ id, alive: truth.alive });
        expect({ id, winner }).toEqual({ id, winner: 'merged' in truth ? truth.merged : null });
      }
      const ids = new Set(held.map(({ id }) => id));
      for (const { id, alive } of account.values()) if (alive) expect(ids).toContain(id);
    }
  });
  await fc.assert(property, { numRuns: 80 });
}, 120_000);
