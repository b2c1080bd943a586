/** A SQLite file that cannot be written while a sync fills it: one line, and a file from which the next sync goes on. */
import { existsSync } from 'node:fs';
import SQLite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { parseIntervals } from '../../src/stream/interval.ts';
import { ask, statesInFile, versionsInAccount, versionsInFile } from '../cli/account-file.ts';
import { type Ended, ended, startProgram, startShell, writeFiles } from '../cli/program.ts';
import { account, settingsFor } from './whole-run.ts';

function fileFor(simulator: Simulator) {
  const { config, kommo } = writeFiles({ config: settingsFor(simulator), kommo: '' });
  return { config, path: `${kommo}.db` };
}

const sync = (config: string, path: string) =>
  ended(startProgram('source-kommo', ['sync', '--config', config, '--to', path]));

function expectOneLine({ code, stderr }: Ended, reason: RegExp): void {
  expect(code).toBe(1);
  const lines = stderr.split('\n').filter((line) => line.includes(' source-kommo: '));
  expect(lines).toEqual([expect.stringMatching(reason)]);
  expect(stderr).not.toMatch(/^\s+at /m);
}

/** Rows that a state vouches for are there. */
function expectAgreement(simulator: Simulator, path: string): void {
  expect(ask(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  const file = versionsInFile(path);
  const truth = versionsInAccount(simulator);
  for (const [stream, { through, done }] of statesInFile(path)) {
    const covered = [{ from: 0, to: through }, ...parseIntervals(done)!];
    const promised = truth[stream]!.filter((version) =>
      covered.some(
        ({ from, to }) => Number(version.split(' ')[1]) >= from && Number(version.split(' ')[1]) <= to,
      ),
    );
    expect(file[stream]).toEqual(expect.arrayContaining(promised));
  }
}

describe.concurrent('a sync into a file', () => {
  test('on a disk that fills up', async () => {
    await using simulator = await account({ leads: 3_000 });
    const { config, path } = fileFor(simulator);
    // So many blocks of 512 bytes may a file of this shell have; the account needs seven times as much.
    const small = startShell(`source-kommo sync --config ${config} --to ${path}`, 'ulimit -f 2000; ');
    expectOneLine(
      await ended(small),
      /kommo\.db (could not be read or written: check the disk)|No space left/,
    );
    if (existsSync(path)) expectAgreement(simulator, path);
    expect((await sync(config, path)).code).toBe(0);
    expect(versionsInFile(path)).toEqual(versionsInAccount(simulator));
  });

  test('that another program holds from the beginning', async () => {
    await using simulator = await account({ leads: 50 });
    const { config, path } = fileFor(simulator);
    expect((await sync(config, path)).code).toBe(0);
    const other = new SQLite(path);
    other.exec('BEGIN IMMEDIATE');
    expectOneLine(
      await sync(config, path),
      /kommo\.db is locked by another program: wait until it is finished/,
    );
    other.close();
    expect((await sync(config, path)).code).toBe(0);
  });

  test('that another program takes in the middle', async () => {
    const others: SQLite.Database[] = [];
    await using simulator = await account({
      leads: 3_000,
      onRequest: ({ list, number }) => {
        if (list === 'account' || number < 25 || others.length > 0) return;
        const other = new SQLite(path, { timeout: 0 });
        try {
          other.exec('BEGIN IMMEDIATE');
          others.push(other);
        } catch {
          // The program is in the middle of a transaction; there will be another chance.
          other.close();
        }
      },
    });
    const { config, path } = fileFor(simulator);
    expectOneLine(
      await sync(config, path),
      /kommo\.db is locked by another program: wait until it is finished/,
    );
    others[0]!.close();
    expectAgreement(simulator, path);
    expect((await sync(config, path)).code).toBe(0);
    expect(versionsInFile(path)).toEqual(versionsInAccount(simulator));
  });
});
