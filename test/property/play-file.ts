import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import SQLite from 'better-sqlite3';
import { silentLog } from '../../src/log.ts';
import { openSqliteSink } from '../../src/sink/sqlite/sink.ts';
import { run } from '../../src/sync/run.ts';
import { newFolder } from '../new-folder.ts';
import { openAccount } from './account.ts';
import { unreadable } from './may-fail.ts';
import { day, openEnd, readable } from './play.ts';
import { connect, Killed } from './reading.ts';
import { type Run, type Scenario, streamOf } from './scenario.ts';

/**
 * Plays a scenario into a SQLite file, with a quiet run in the end. Says what the file lacks then, and what it holds
 * as living although it was gone before the last full refresh of it began.
 */
export async function playFile(scenario: Scenario): Promise<string[]> {
  const { stream: name, readers } = scenario;
  const stream = streamOf(scenario);
  const busy = await openAccount(scenario);
  const { simulator, clock, chronicle } = busy;
  const isDated = stream.cursor !== undefined && stream.lists.every(({ parent }) => parent === undefined);
  const isLog = stream.lists.every(({ immutable }) => immutable);
  const began = Math.floor(clock.now() / 1000);
  const path = `${newFolder()}/kommo.db`;
  const faults: string[] = [];

  /** What a reader has any chance to find. */
  const listed = (start = 0) =>
    [...simulator.account.truth(name)]
      .filter(({ updated_at }) => !isDated || updated_at >= start)
      .map(({ id, version, updated_at }) => ({ key: String(id), version, at: updated_at }))
      .filter(readable(simulator, stream));

  const versionsOf = (rows: readonly KeyedRow[]) =>
    new Map(rows.map(({ key, row }) => [key, simulator.account.versionOf(name, row)] as const));

  const once = async (planned: Run, isQuiet: boolean): Promise<void> => {
    const signal = busy.before(planned);
    const mode = stream.incremental ? planned.mode : 'full_refresh';
    const { startDays } = planned;
    const startDate = startDays === undefined || !isDated ? undefined : began - startDays * day;
    const { turn } = chronicle;
    const runBegan = simulator.account.now();
    const sink = openSqliteSink({
      ...{ path, startDate, clock, log: silentLog },
      account: { id: simulator.account.id, name: 'Simulated' },
      streams: [{ stream, mode }],
      pragmas: { synchronous: 'OFF' },
    });
    const client = connect(simulator, clock, readers);
    let events = 0;
    try {
      const failures = await run({
        ...{ client, startDate, clock, signal, lookbackSeconds: 600, log: silentLog },
        plan: [
          {
            stream,
            mode,
            columns: Object.keys(stream.schema.properties),
            state: sink.state(name),
            required: true,
            looksAgain: true,
          },
        ],
        async emit(event) {
          if (events === planned.kill) throw new Killed();
          events += 1;
          await sink.emit(event);
        },
      });
      if (failures.size > 0) {
        if (unreadable(scenario, simulator) === undefined)
          for (const error of failures.values()) faults.push(`failed: ${error}`);
        return;
      }
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      return;
    } finally {
      sink.close();
      await client.close();
    }
    const rows = rowsOf(path, name, stream.key);
    if (mode === 'full_refresh') {
      for (const { key, row } of rows) {
        // What lies before the start was not asked for.
        if (isDated && Number(row[stream.cursor!]) < (startDate ?? 0)) continue;
        if (!chronicle.wasListed(key, turn)) faults.push(`gone, and still there: ${key}`);
      }
      const living = versionsOf(rows);
      for (const { key, at, version } of listed(startDate)) {
        if (!chronicle.isListedSince(key, turn) || living.get(key) === version) continue;
        if (living.has(key)) {
          if (!chronicle.wasTouched(key, turn)) faults.push(`not refreshed: ${key} ${version}`);
          continue;
        }
        // Of events only those are read whose second was over; what was older than the start is the next run's.
        const isLate = isLog && at > runBegan - openEnd;
        const isMoved = startDate !== undefined && chronicle.wasTouched(key, turn);
        if (!isLate && !isMoved) faults.push(`there, and not in the file: ${key}`);
      }
    }
    if (!isQuiet) return;
    const versions = versionsOf(rows);
    for (const { key, version } of listed(startDate))
      if (versions.get(key) !== version) faults.push(`missing: ${key} ${version}`);
  };

  try {
    for (const each of scenario.runs) await once(each, false);
    busy.rest();
    await once({ ...scenario.runs.at(-1)!, pause: 0 }, true);
    return faults;
  } finally {
    await simulator.close();
    rmSync(dirname(path), { recursive: true, force: true });
  }
}

interface KeyedRow {
  key: string;
  row: Record<string, unknown>;
}

/** The rows that the file holds as living. */
function rowsOf(path: string, table: string, key: readonly string[]): KeyedRow[] {
  const database = new SQLite(path, { readonly: true });
  try {
    const rows = database.prepare<[], Record<string, unknown>>(`SELECT * FROM "${table}"`).all();
    const living = rows.filter((row) => (row._deleted_at ?? null) === null);
    return living.map((row) => ({ key: key.map((column) => row[column]).join('/'), row }));
  } finally {
    database.close();
  }
}
