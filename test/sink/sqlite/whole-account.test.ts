import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../../../src/simulator/simulator.ts';
import type { Stream } from '../../../src/stream/declaration.ts';
import type { SyncEvent, SyncMode } from '../../../src/sync/event.ts';
import { streams as everything } from '../../../streams/index.ts';
import { KeyedDestination, readStreams } from '../../sync/whole-account.ts';
import { newPath, openSink, query } from './workspace.ts';

/** A run of the engine into a file. */
async function sync(simulator: Awaited<ReturnType<typeof startSimulator>>, path: string, mode: SyncMode) {
  const planned = everything.map((stream) => ({
    stream,
    mode: stream.incremental ? mode : ('full_refresh' as const),
  }));
  const sink = openSink(path, { streams: planned });
  const written: Promise<void>[] = [];
  class FileDestination extends KeyedDestination {
    override take(stream: Stream, event: SyncEvent): void {
      super.take(stream, event);
      written.push(sink.emit(event));
    }
  }
  const destination = new FileDestination();
  for (const { name } of everything) {
    const state = sink.state(name);
    if (state !== undefined) destination.states.set(name, state);
  }
  const { failures } = await readStreams(simulator, everything, {
    destination,
    mode,
    required: false,
  });
  await Promise.all(written);
  const counts = new Map(everything.map(({ name }) => [name, sink.count(name)]));
  sink.close();
  expect([...failures]).toEqual([]);
  return { counts, read: destination };
}

/** The living rows of a stream's table by key. */
function living(path: string, { name, key }: Stream): string[] {
  const columns = query<{ name: string }>(path, `SELECT name FROM pragma_table_info('${name}')`);
  const alive = columns.some((column) => column.name === '_deleted_at') ? 'WHERE _deleted_at IS NULL' : '';
  const shown =
    key.length === 0 ? "''" : key.map((column) => `CAST("${column}" AS TEXT)`).join(" || '/' || ");
  return query<{ key: string }>(path, `SELECT ${shown} AS key FROM ${name} ${alive}`)
    .map(({ key }) => key)
    .sort();
}

test('a file follows the whole account through deletions, restores and merges', {
  timeout: 120_000,
}, async () => {
  const simulator = await startSimulator({ leads: 60, requestsPerSecond: null, recordEvents: true });
  onTestFinished(() => simulator.close());
  const { account, readings } = simulator;
  const path = newPath();
  const truth = (stream: Stream) => Array.from(account.truth(stream.name), ({ id }) => String(id)).sort();

  /** What a full read has found is what is alive. */
  const expectAll = (read: KeyedDestination) => {
    for (const stream of everything)
      expect({ [stream.name]: living(path, stream) }).toEqual({ [stream.name]: read.keys(stream.name) });
  };

  const first = await sync(simulator, path, 'incremental');
  expectAll(first.read);
  expect([...first.counts.values()].every(({ deleted }) => deleted === 0)).toBe(true);

  const again = await sync(simulator, path, 'incremental');
  for (const [name, { changed, deleted }] of again.counts)
    expect({ name, changed, deleted }).toEqual({ name, changed: 0, deleted: 0 });

  readings.clockSkew += 3_600;
  const [gone, back, winner, loser] = account.sample('leads', 4) as number[];
  const [task] = account.sample('tasks', 1) as number[];
  const [contact] = account.sample('contacts', 1) as number[];
  const [user] = account.sample('users', 1) as number[];
  account.remove('leads', gone!);
  account.remove('leads', back!);
  account.remove('contacts', contact!);
  account.remove('tasks', task!);
  account.purge('users', user!);
  readings.clockSkew += 10;
  account.restore('leads', back!);
  readings.mergedTells = 'value_before';
  account.merge('leads', winner!, loser!);
  readings.clockSkew += 10;
  const after = await sync(simulator, path, 'incremental');
  expect(query(path, 'SELECT stream, id, merged_into FROM deleted_records ORDER BY stream, id')).toEqual(
    expect.arrayContaining([
      { stream: 'contacts', id: `${contact}`, merged_into: null },
      { stream: 'leads', id: `${gone}`, merged_into: null },
      { stream: 'leads', id: `${loser}`, merged_into: winner },
      { stream: 'tasks', id: `${task}`, merged_into: null },
      { stream: 'users', id: `${user}`, merged_into: null },
    ]),
  );
  expect(after.counts.get('leads')).toMatchObject({ rows: truth(everything[0]!).length, deleted: 2 });
  for (const name of ['leads', 'contacts', 'companies', 'tasks', 'users']) {
    const stream = everything.find((each) => each.name === name)!;
    expect({ [name]: living(path, stream) }).toEqual({ [name]: truth(stream) });
  }

  expectAll((await sync(simulator, path, 'full_refresh')).read);
  expect(
    query(path, `SELECT _deleted_at IS NULL AS alive, _merged_into AS winner FROM leads WHERE id = ${loser}`),
  ).toEqual([{ alive: 0, winner }]);
});

test('what is refused stays as it was: a part of a stream, and a whole one', async () => {
  const simulator = await startSimulator({ leads: 60, requestsPerSecond: null });
  onTestFinished(() => simulator.close());
  const path = newPath();
  await sync(simulator, path, 'incremental');
  const alive = (table: string, where = 'true') =>
    query<{ n: number }>(
      path,
      `SELECT count(*) AS n FROM ${table} WHERE _deleted_at IS NULL AND ${where}`,
    )[0]!.n;
  const before = { contacts: alive('notes', "entity_type = 'contacts'"), roles: alive('roles') };
  expect(before.contacts).toBeGreaterThan(0);
  expect(before.roles).toBeGreaterThan(0);
  simulator.faults.addNamed('forbidden', { list: 'contacts_notes' });
  simulator.faults.addNamed('forbidden', { list: 'roles' });
  const note = query<{ id: number }>(path, "SELECT id FROM notes WHERE entity_type = 'leads' LIMIT 1")[0]!.id;
  simulator.account.purge('leads_notes', note);
  const { counts } = await sync(simulator, path, 'full_refresh');
  expect({ contacts: alive('notes', "entity_type = 'contacts'"), roles: alive('roles') }).toEqual(before);
  expect(counts.get('notes')).toMatchObject({ deleted: 1 });
  expect(query(path, 'SELECT id FROM notes WHERE _deleted_at IS NOT NULL')).toEqual([{ id: note }]);
});
