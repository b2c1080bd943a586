import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseIntervals } from '../../src/stream/interval.ts';
import { execute, query } from '../sink/sqlite/workspace.ts';
import {
  accountWithFile,
  ask,
  defaults,
  statesInFile,
  versionsInAccount,
  versionsInFile,
} from './account-file.ts';
import { runHere } from './in-process.ts';
import { ended, runProgram, startProgram } from './program.ts';

const flags = (config: string, path: string) => ['sync', '--config', config, '--to', path];
const sync = (config: string, path: string, ...more: string[]) =>
  runHere('source-kommo', [...flags(config, path), ...more]);

describe('sync', () => {
  test('fills a file with the account, and brings it up to date', async () => {
    const { simulator, config, path } = await accountWithFile({ recordEvents: true });
    const first = await runProgram('source-kommo', flags(config, path));
    expect(first).toMatchObject({ code: 0 });
    expect(versionsInFile(path)).toEqual(versionsInAccount(simulator));
    const [heading, ...rows] = first.stdout.trimEnd().split('\n');
    expect(heading!.split(/\s{2,}/)).toEqual([
      'stream',
      'rows',
      'changed',
      'deleted',
      'requests',
      'seconds',
      'ended',
    ]);
    expect(rows.map((row) => row.split(/\s+/)[0])).toEqual(defaults.map(({ name }) => name));
    expect(rows[0]).toMatch(/^leads\s+400\s+400\s+0\s+\d+\s+\d/);
    expect(first.stderr).toMatch(/^\S+Z 127\S+ leads: 400 rows, \d+ requests?, complete in/m);
    // No terminal, no escape sequences.
    expect(first.stdout + first.stderr).not.toContain('\x1b');

    const { account } = simulator;
    for (const id of account.sample('leads', 7)) account.edit('leads', id, { price: 1 });
    account.create('contacts', { name: 'Новый' });
    // What was done lies in a second that is over then.
    simulator.readings.clockSkew += 5;
    const second = await sync(config, path);
    expect(second).toMatchObject({ code: 0 });
    expect(versionsInFile(path)).toEqual(versionsInAccount(simulator));
    expect(second.stdout).toMatch(/^leads\s+400\s+7\s+0\s+1\s/m);
    expect(second.stdout).toMatch(/^contacts\s+321\s+1\s+0\s+1\s/m);
    expect(second.stdout).toMatch(/^users\s+12\s+0\s+0\s+1\s/m);
  });

  test('takes its settings from the environment, and only the streams that are named', async () => {
    const { simulator, path } = await accountWithFile({ leads: 20 });
    const environment = { KOMMO_SUBDOMAIN: simulator.url, KOMMO_API_KEY: simulator.token };
    const { code, stderr } = await runProgram('source-kommo', ['sync', '--to', path], environment);
    // A loopback address is no subdomain: the settings of the environment were used, and refused by name.
    expect(code).toBe(1);
    expect(stderr).toMatch(/KOMMO_SUBDOMAIN /);
    expect(existsSync(path)).toBe(false);
    const { config } = await accountWithFile({ leads: 20 });
    const some = await sync(config, path, '--streams', 'users,leads');
    expect(some.code).toBe(0);
    const tables = ask<{ name: string }>(
      path,
      "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
    );
    expect(tables.map(({ name }) => name).filter((name) => !name.startsWith('_kommo_'))).toEqual([
      'leads',
      'users',
    ]);
  });

  test.each([
    [['--streams', 'leads,deals'], 2, /there is no stream "deals"; the streams are leads, .*users/],
    [['--to', ''], 2, /--to needs a value/],
    [['--to', '/nowhere/kommo.db'], 1, /\/nowhere\/kommo.db: the folder does not exist/],
    [['--to', 'DIARY'], 1, /is not a SQLite database/],
  ])('says in one line what is wrong with %j', async (args, code, message) => {
    const { config, folder, path } = await accountWithFile({ leads: 5 });
    const diary = join(folder, 'diary.txt');
    writeFileSync(diary, 'not a database');
    const given = args.map((arg) => (arg === 'DIARY' ? diary : arg));
    const outcome = await runProgram('source-kommo', ['sync', '--config', config, '--to', path, ...given]);
    expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
    expect(outcome.stderr.trimEnd()).not.toContain('\n');
    expect(existsSync(path)).toBe(false);
  });

  test('leaves no file behind when the account cannot be asked', async () => {
    const { simulator, config, folder } = await accountWithFile();
    simulator.faults.addNamed('unauthorized');
    const { code, stderr } = await sync(config, join(folder, 'new.db'));
    expect(code).toBe(1);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(readdirSync(folder)).toEqual(['config.json']);
  });

  test('refuses the file of another account', async () => {
    const { config, path } = await accountWithFile({ leads: 5, seed: 1 });
    const other = await accountWithFile({ leads: 5, seed: 2 });
    expect((await sync(config, path)).code).toBe(0);
    const { code, stderr } = await sync(other.config, path);
    expect(code).toBe(1);
    expect(stderr).toMatch(/holds account \d+ .*, the settings are for account \d+/);
  });

  test('names a stream that fails, and fills the others', async () => {
    const { simulator, config, path } = await accountWithFile();
    simulator.faults.addNamed('forbidden', { list: 'users' });
    const { code, stdout, stderr } = await sync(config, path, '--streams', 'default,users');
    expect(code).toBe(1);
    expect(stderr).toMatch(/ source-kommo: users is not complete: /);
    expect(stdout).toMatch(/^users\s+0\s+0.* failed$/m);
    const { users: _, ...others } = versionsInAccount(simulator);
    expect(versionsInFile(path)).toMatchObject(others);
  });

  test('leaves out what the account cannot have, where nobody named it', async () => {
    const { simulator, config, path } = await accountWithFile();
    simulator.faults.addNamed('forbidden', { list: 'users' });
    const { code, stdout, stderr } = await sync(config, path);
    expect(code).toBe(0);
    expect(stderr.match(/users: left out\. The token may not read users \(403\)/g)).toHaveLength(1);
    expect(stdout).toMatch(/^users\s+0\s+0.* no access$/m);
    const { users: _, ...others } = versionsInAccount(simulator);
    expect(versionsInFile(path)).toMatchObject(others);
  });

  test('says in the table why something was left out', async () => {
    const { simulator, config, path } = await accountWithFile();
    simulator.readings.refused = { roles: 402, webhooks: 403, bots: 404, sources: 422 };
    const { stdout } = await sync(config, path);
    const lines = stdout.split('\n');
    const ended = ['roles', 'webhooks', 'bots', 'sources'].map(
      (name) => /\s{2,}(\S+( \S+)*)$/.exec(lines.find((line) => line.startsWith(`${name} `))!)?.[1],
    );
    expect(ended).toEqual(['not in plan', 'no access', 'not found', 'disabled']);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  test('reads a long list without times once a day, unless it is named', async () => {
    const { config, path } = await accountWithFile({ leads: 20, users: 5_100 });
    const users = async (...more: string[]) => {
      const { code, stdout } = await sync(config, path, ...more);
      expect(code).toBe(0);
      return /^users .*$/m.exec(stdout)![0].split(/\s{2,}/);
    };
    expect((await users()).at(-1)).toBe('complete');
    const [, rows, , , requests, , ended] = await users();
    expect([rows, requests]).toEqual(['5,100', '0']);
    expect(ended).toMatch(/^\d\d-\d\d \d\d:\d\dZ$/);
    expect((await users('--streams', 'users')).at(-1)).toBe('complete');
    expect((await users('--full-refresh')).at(-1)).toBe('complete');
    execute(
      path,
      "UPDATE _kommo_state SET state = json_set(state, '$.until', json_extract(state, '$.until') - 86400)",
    );
    expect((await users()).at(-1)).toBe('complete');
  });

  test('writes no secret anywhere', async () => {
    const { simulator, config, folder, path } = await accountWithFile({ leads: 50 });
    const { stdout, stderr } = await sync(config, path, '--debug');
    expect(stderr).toMatch(/GET .*\/api\/v4\/leads/);
    const written = readdirSync(folder).filter((name) => name !== 'config.json');
    const files = written.map((name) => readFileSync(join(folder, name), 'latin1'));
    for (const text of [stdout, stderr, ...files]) expect(text).not.toContain(simulator.token);
  });
});

describe('sync --full-refresh', () => {
  test('marks what Kommo no longer has; readers see the old rows until then; --prune removes it', async () => {
    const seen: number[] = [];
    const account = await accountWithFile({
      onRequest: ({ list }) => {
        if (list !== 'account' && existsSync(account.path)) {
          seen.push(...ask<{ n: number }>(account.path, 'SELECT count(*) AS n FROM leads').map(({ n }) => n));
        }
      },
    });
    const { simulator, config, path } = account;
    // The log of events would tell of those that were linked not long ago.
    const settings = JSON.parse(readFileSync(config, 'utf8'));
    writeFileSync(config, JSON.stringify({ ...settings, witness: false }));
    await sync(config, path, '--streams', 'leads');
    for (const id of simulator.account.sample('leads', 30)) simulator.account.remove('leads', id);
    simulator.readings.clockSkew += 5;
    await sync(config, path, '--streams', 'leads');
    expect(versionsInFileOf(path, 'leads')).toHaveLength(400);
    seen.length = 0;
    const { code, stdout } = await sync(config, path, '--full-refresh', '--streams', 'leads');
    expect(code).toBe(0);
    expect(new Set(seen)).toEqual(new Set([400]));
    expect(stdout).toMatch(/^leads\s+370\s+0\s+30\s/m);
    expect(versionsInFileOf(path, 'leads')).toEqual(versionsInAccount(simulator).leads);
    expect(ask(path, 'SELECT count(*) AS n FROM leads')).toEqual([{ n: 400 }]);
    const pruned = await sync(config, path, '--prune', '--streams', 'leads');
    expect(pruned).toMatchObject({ code: 0, stderr: expect.stringMatching(/marked as deleted: leads 30$/m) });
    expect(ask(path, 'SELECT count(*) AS n FROM leads')).toEqual([{ n: 370 }]);
  });

  test('that fails leaves the old rows, and the next sync goes on from the old state', async () => {
    const { simulator, config, path } = await accountWithFile();
    await sync(config, path);
    const before = versionsInFile(path);
    const states = statesInFile(path);
    simulator.faults.addNamed('forbidden', { list: 'leads', after: 1 });
    const { code, stderr } = await sync(config, path, '--full-refresh', '--streams', 'leads');
    expect(code).toBe(1);
    expect(stderr).toMatch(/leads is not complete/);
    expect(versionsInFile(path)).toEqual(before);
    expect(statesInFile(path)).toEqual(states);
    simulator.faults.clear();
    expect((await sync(config, path)).stdout).toMatch(/^leads\s+400\s+0\s+0\s+1\s/m);
  });
});

const versionsInFileOf = (path: string, stream: string) => versionsInFile(path)[stream]!;

/** What the states in the file vouch for has to be in the file. */
function expectStatesToHold(path: string, truth: Record<string, string[]>): void {
  const file = versionsInFile(path);
  for (const [stream, { through, done }] of statesInFile(path)) {
    // Of lists that hang on others, it names parents and no times.
    const covered = [{ from: 0, to: through }, ...(parseIntervals(done) ?? [])];
    const promised = truth[stream]!.filter((version) => {
      const second = Number(version.split(' ')[1]);
      return covered.some(({ from, to }) => second >= from && second <= to);
    });
    const held = new Set(file[stream]);
    expect(promised.filter((version) => !held.has(version))).toEqual([]);
  }
}

describe('a sync that is ended from outside', () => {
  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'by %s again and again leaves a file whose rows and states agree, and ends up complete',
    async (signal) => {
      let child: ReturnType<typeof startProgram> | undefined;
      let left = 0;
      const { simulator, config, path } = await accountWithFile({
        leads: 3_000,
        events: 4_000,
        onRequest: () => {
          left -= 1;
          if (left === 0) child?.kill(signal);
        },
      });
      const truth = versionsInAccount(simulator);
      let killed = 0;
      for (const requests of [3, 17, 31, 1_000_000]) {
        left = requests;
        child = startProgram('source-kommo', ['sync', '--config', config, '--to', path]);
        const outcome = await ended(child);
        if (outcome.signal === signal) killed += 1;
        else expect(outcome).toMatchObject({ code: 0 });
        if (!existsSync(path)) continue;
        expect(ask(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
        expectStatesToHold(path, truth);
      }
      expect(killed).toBe(3);
      expect(versionsInFile(path)).toEqual(truth);
    },
  );

  test('by Ctrl-C says in one line what is kept, and how each stream ended', async () => {
    let child: ReturnType<typeof startProgram> | undefined;
    let left = 12;
    const { simulator, config, path } = await accountWithFile({
      leads: 3_000,
      onRequest: () => {
        left -= 1;
        if (left === 0) child?.kill('SIGINT');
      },
    });
    child = startProgram('source-kommo', ['sync', '--config', config, '--to', path]);
    const { signal, stdout, stderr } = await ended(child);
    expect(signal).toBe('SIGINT');
    const told = stderr.split('\n').filter((line) => line.includes('source-kommo: '));
    expect(told).toEqual([
      expect.stringContaining(`: stopped; what was read so far is kept in ${path}, and the`),
    ]);
    const endings = stdout.match(/(complete|stopped|not begun|failed)$/gm)!;
    expect(endings).toHaveLength(defaults.length);
    expect(endings).toContain('stopped');
    expect(endings).not.toContain('failed');
    expect((await sync(config, path)).code).toBe(0);
    expect(versionsInFile(path)).toEqual(versionsInAccount(simulator));
  });

  test('in a full refresh goes on where it was, readers see the old rows all the while, and what is gone is marked', async () => {
    let child: ReturnType<typeof startProgram> | undefined;
    let left = 0;
    const { simulator, config, path } = await accountWithFile({
      leads: 9_000,
      onRequest: () => {
        left -= 1;
        if (left === 0) child?.kill('SIGKILL');
      },
    });
    const args = ['sync', '--config', config, '--to', path, '--streams', 'leads'];
    await runProgram('source-kommo', args);
    const old = versionsInFileOf(path, 'leads');
    for (const id of simulator.account.sample('leads', 50)) simulator.account.edit('leads', id, {});
    simulator.readings.clockSkew += 5;
    left = 25;
    child = startProgram('source-kommo', [...args, '--full-refresh']);
    expect((await ended(child)).signal).toBe('SIGKILL');
    expect(versionsInFileOf(path, 'leads')).toEqual(old);
    const loaded = query<{ id: number }>(path, 'SELECT id FROM _kommo_refresh_leads ORDER BY updated_at');
    expect(loaded.length).toBeGreaterThan(900);
    for (const { id } of loaded.slice(0, 40)) simulator.account.remove('leads', id);
    // A run without the flag leaves the load where it is.
    expect((await runProgram('source-kommo', args)).code).toBe(0);
    simulator.statistics.reset();
    expect((await runProgram('source-kommo', [...args, '--full-refresh'])).code).toBe(0);
    expect(versionsInFileOf(path, 'leads')).toEqual(versionsInAccount(simulator).leads);
    // What was loaded before the end was kept, and only looked at once more, without what makes pages slow.
    const asked = simulator.statistics.log.filter(({ url }) => url.includes('/leads?'));
    const heavy = asked.filter(({ url }) => url.includes('with=')).length;
    expect(asked.length).toBeLessThan(1.15 * (9_000 / 250) + 12);
    expect(heavy).toBeLessThan(asked.length - 3);
  });
});

test('a config file that holds nothing is named', async () => {
  const { config, path } = await accountWithFile({ leads: 5 });
  writeFileSync(config, '{}');
  const { code, stderr } = await sync(config, path);
  expect(code).toBe(1);
  expect(stderr).toMatch(/The config is not valid/);
});
