import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import SQLite from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import type { Account } from '../../src/simulator/simulator.ts';
import { openSqliteSink } from '../../src/sink/sqlite/sink.ts';
import type { Stream } from '../../src/stream/declaration.ts';
import { run } from '../../src/sync/run.ts';
import { streams as all } from '../../streams/index.ts';
import { newFolder } from '../new-folder.ts';
import { type Deed, differences, type History, history, type Office, openOffice } from './office.ts';
import { connect, Killed } from './reading.ts';

const names = ['leads', 'contacts', 'companies', 'customers', 'tasks', 'notes', 'deletions', 'events'];
const marked = names.slice(0, 6);

interface Row extends Record<string, unknown> {
  id: number;
  _deleted_at: number | null;
  _merged_into?: number | null;
}

/** What the log cannot tell is not drawn: a customer that comes back leaves no event, and lists of it are obeyed or none. */
const tellable = history.map((drawn): History => {
  const { restoresTouch, eventTypes } = drawn.readings;
  const touching = { ...(restoresTouch as Record<string, boolean>), customers: true };
  const types = typeof eventTypes === 'object' ? ('honoured' as const) : eventTypes!;
  return { ...drawn, readings: { ...drawn.readings, restoresTouch: touching, eventTypes: types } };
});

/** A run that is killed, and the streams that it refreshes in full. */
interface Part {
  kill: number;
  refreshed: readonly string[];
}

interface Play {
  /** Streams that are not read. */
  without?: string[];
  witness?: boolean;
  /** What comes before each run, while people work. */
  parts?: readonly Part[];
}

/** Reads once into the file; false when the process died. */
async function sync(
  { simulator, clock }: Office,
  path: string,
  { without = [], witness }: Play,
  { kill, refreshed = [] }: Partial<Part> = {},
): Promise<boolean> {
  const read = all.filter(({ name }) => names.includes(name) && !without.includes(name));
  const streams = refreshed.length === 0 ? read : read.map(inSmallPages);
  const modeOf = ({ name }: Stream) => (refreshed.includes(name) ? 'full_refresh' : 'incremental');
  const sink = openSqliteSink({
    ...{ path, clock, log: silentLog, pragmas: { synchronous: 'OFF' } },
    account: { id: simulator.account.id, name: 'Simulated' },
    streams: streams.map((stream) => ({ stream, mode: modeOf(stream) })),
  });
  const client = connect(simulator, clock, undefined);
  let events = 0;
  try {
    const failures = await run({
      ...{ client, clock, witness, startDate: undefined, lookbackSeconds: 600, log: silentLog },
      signal: new AbortController().signal,
      plan: streams.map((stream) => ({
        stream,
        mode: modeOf(stream),
        columns: Object.keys(stream.schema.properties),
        state: sink.state(stream.name),
        required: true,
        looksAgain: true,
      })),
      async emit(event) {
        if (events === kill) throw new Killed();
        events += 1;
        // Time for a checkpoint behind each page of a refresh.
        if (refreshed.length > 0 && event.type === 'records') clock.advance(21_000);
        await sink.emit(event);
      },
    });
    expect([...failures]).toEqual([]);
    return true;
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return false;
  } finally {
    sink.close();
    await client.close();
  }
}

function inSmallPages(stream: Stream): Stream {
  const lists = stream.lists.map((list) => ({ ...list, pageSize: 8 }));
  return { ...stream, schema: stream.schema, lists };
}

function tableOf(path: string, name: string): Row[] {
  const database = new SQLite(path, { readonly: true });
  try {
    return database.prepare<[], Row>(`SELECT * FROM ${name}`).all();
  } finally {
    database.close();
  }
}

const listOf = (stream: string, row: Row) => (stream === 'notes' ? `${row.entity_type}_notes` : stream);

/** Rows that are marked and alive in the account, and rows that are gone from there and not marked. */
function misjudged(path: string, account: Account, untold: ReadonlySet<string>): string[] {
  return marked.flatMap((stream) =>
    tableOf(path, stream).flatMap((row) => {
      const isAlive = account.has(listOf(stream, row), row.id);
      if (isAlive === (row._deleted_at === null)) return [];
      if (!isAlive && untold.has(`${stream} ${row.id}`)) return [];
      return [`${stream} ${row.id} is ${isAlive ? 'alive' : 'gone'}`];
    }),
  );
}

async function play(drawn: History, options: Play = {}): Promise<void> {
  const winners = new Map<string, number>();
  const before = new Map<string, Set<number | string>>();
  const note = ({ kind, list }: Deed, account: Account) => {
    if (kind === 'merge') before.set(list, new Set(account.ids(list)));
  };
  const office = await openOffice(drawn, note, (deed, account) => {
    if (deed.kind !== 'merge') return;
    for (const id of before.get(deed.list)!)
      if (!account.has(deed.list, id)) winners.set(`${deed.list} ${id}`, winnerOf(account));
  });
  const { simulator, clock } = office;
  const { account } = simulator;
  const path = `${newFolder()}/kommo.db`;
  // Where nothing names the record that is gone, no incremental run can know.
  const tells = drawn.readings.mergedTells;
  try {
    await sync(office, path, options);
    for (const { deeds, pause, kill } of drawn.runs) {
      clock.advance(pause * 500);
      office.doAll(deeds);
      clock.advance(pause * 500 + 1_000);
      office.isBusy = true;
      for (const part of options.parts ?? []) await sync(office, path, options, part);
      await sync(office, path, options, { kill });
      office.isBusy = false;
      clock.advance(2_000);
      await sync(office, path, options);
      const untold = new Set(tells === 'nothing' ? winners.keys() : []);
      expect(misjudged(path, account, untold).join('\n')).toBe('');
      const rows = new Map<string, Row>(
        marked.flatMap((stream) => tableOf(path, stream).map((row) => [`${stream} ${row.id}`, row] as const)),
      );
      expect(differences(simulator, (stream, id) => rows.get(`${stream} ${id}`)).join('\n')).toBe('');
      if (tells !== 'value_before') continue;
      const said = [...rows].flatMap(([key, row]) => (row._merged_into ? [[key, row._merged_into]] : []));
      const merged = [...winners].filter(([key]) => rows.has(key));
      expect(said.toSorted()).toEqual(merged.toSorted());
    }
  } finally {
    await simulator.close();
    rmSync(dirname(path), { recursive: true, force: true });
  }
}

/** The record that the last event of a merge is about. */
function winnerOf(account: Account): number {
  const last = account
    .ids('events')
    .map((id) => account.record('events', id)!)
    .findLast(({ type }) => type === 'entity_merged');
  return last!.entity_id as number;
}

test('after each incremental run the dead of a file are exactly the dead', async () => {
  const numRuns = Number(process.env.KOMMO_PROPERTY_RUNS ?? 25);
  await fc.assert(
    fc.asyncProperty(tellable, (drawn) => play(drawn)),
    { numRuns, seed: 3 },
  );
}, 300_000);

const part: fc.Arbitrary<Part> = fc.record({
  kill: fc.nat(60),
  refreshed: fc.subarray(marked, { minLength: 1 }),
});

test('nor do full refreshes that are cut off and go on change that', async () => {
  await fc.assert(
    fc.asyncProperty(tellable, fc.array(part, { minLength: 1, maxLength: 3 }), (drawn, parts) =>
      play(drawn, { parts }),
    ),
    { numRuns: 15, seed: 3 },
  );
}, 300_000);

test.each<[string, Play]>([
  ['without the stream deletions', { without: ['deletions'] }],
  ['without the event log as a witness', { witness: false }],
])(
  '%s, they are not',
  async (_, options) => {
    const check = await fc.check(
      fc.asyncProperty(tellable, (drawn) => play(drawn, options)),
      { numRuns: 60, seed: 3, endOnFailure: true },
    );
    expect(check.failed).toBe(true);
    expect(String(check.errorInstance)).toMatch(/expected '\w+ \d+(?: is|: )/);
  },
  120_000,
);
