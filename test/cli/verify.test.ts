import { writeFileSync } from 'node:fs';
import SQLite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { accountWithFile, ask, defaults } from './account-file.ts';
import { hastyClock, performHere } from './in-process.ts';
import { runProgram } from './program.ts';

/** An account, and commands in its time: nobody waits for a second to be over. */
async function timedAccount(leads: number) {
  const clock = hastyClock();
  const account = await accountWithFile({ leads, clock });
  return { ...account, perform: (...args: string[]) => performHere(args, { clock }) };
}

async function synced(leads = 600) {
  const account = await timedAccount(leads);
  const { config, path, perform } = account;
  expect((await perform('sync', '--config', config, '--to', path)).code).toBe(0);
  return {
    ...account,
    verify: (...more: string[]) => perform('verify', '--config', config, '--db', path, ...more),
    damage: (sql: string) => {
      const database = new SQLite(path);
      database.exec(sql);
      database.close();
    },
  };
}

describe('verify', () => {
  test('says up to when a file is complete', async () => {
    const { verify, simulator } = await synced();
    const { code, stdout } = await verify();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^leads +600 records; complete up to \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/m);
    expect(stdout).toMatch(/kommo.db is complete\.\n$/);
    expect(stdout.match(/complete up to/g)).toHaveLength(defaults.length);
    // Full pages without the embedded parts, and no filter on the time that sync goes by.
    const questions = simulator.statistics.log.filter(({ list }) => list === 'leads').slice(-3);
    expect(questions.map(({ url }) => decodeURIComponent(url)).join()).not.toMatch(/filter|with=/);
  });

  test('does not mind what changed after the sync', async () => {
    const { verify, simulator } = await synced();
    const { account, readings } = simulator;
    readings.clockSkew += 5;
    for (const id of account.sample('leads', 20)) account.edit('leads', id, {});
    account.create('leads');
    account.addEvent();
    readings.clockSkew += 5;
    const { code, stdout } = await verify();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^leads +601 records; complete up to/m);
  });

  test('lists what is missing, stale and gone', async () => {
    const { verify, damage, path, simulator } = await synced();
    const ids = ask<{ id: number }>(path, 'SELECT id FROM leads ORDER BY id').map(({ id }) => id);
    damage(`DELETE FROM leads WHERE id IN (${ids[3]}, ${ids[5]})`);
    damage(`UPDATE leads SET updated_at = updated_at - 1 WHERE id = ${ids[7]}`);
    for (const id of ids.slice(20, 35)) simulator.account.purge('leads', id);
    damage('DELETE FROM statuses WHERE id = 142');
    damage('DELETE FROM events WHERE id = (SELECT min(id) FROM events)');
    const { code, stdout } = await verify();
    expect(code).toBe(1);
    const lines = stdout.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^leads +585 records; not complete up to/),
        `  2 missing in the file: ${ids[3]}, ${ids[5]}`,
        `  1 stale in the file: ${ids[7]}`,
        `  15 gone from Kommo: ${ids.slice(20, 30).join(', ')}, …`,
        expect.stringMatching(/^ {2}3 missing in the file: \d+\/142, \d+\/142, \d+\/142$/),
        expect.stringMatching(/^ {2}1 missing in the file: \w{26}$/),
        expect.stringMatching(/is not complete: sync --full-refresh/),
      ]),
    );
    expect(stdout).toMatch(/^contacts .*complete up to/m);
  });

  test('does not call a file incomplete for what is gone, and not gone what is marked', async () => {
    const { verify, damage, path, simulator, config, perform } = await synced(100);
    const [first, second] = ask<{ id: number }>(path, 'SELECT id FROM leads ORDER BY id').map(({ id }) => id);
    for (const id of [first!, second!]) simulator.account.purge('leads', id);
    const before = await verify('--streams', 'leads');
    expect(before.code).toBe(0);
    expect(before.stdout).toMatch(/^leads +98 records; complete up to/);
    expect(before.stdout).toContain(`\n  2 gone from Kommo: ${first}, ${second}\n`);
    expect(before.stdout).toContain('What is gone from Kommo is marked by sync --full-refresh.');
    const sync = ['sync', '--config', config, '--to', path, '--streams', 'leads', '--full-refresh'];
    expect((await perform(...sync)).code).toBe(0);
    expect((await verify('--streams', 'leads')).stdout).not.toContain('gone');
    damage('UPDATE leads SET _deleted_at = 5 WHERE id = (SELECT max(id) FROM leads)');
    const { code, stdout } = await verify('--streams', 'leads');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {2}1 stale in the file: \d+$/m);
  });

  test('compares every column with --deep, and says what it compared', async () => {
    const { verify, damage, path } = await synced(100);
    const whole = await verify('--deep');
    expect(whole.stdout).toContain('Every column was compared.');
    expect(whole).toMatchObject({ code: 0 });
    const ids = ask<{ id: number }>(path, 'SELECT id FROM leads ORDER BY id').map(({ id }) => id);
    damage(`UPDATE leads SET tags = '[]', contacts = '[{"id":5}]' WHERE id = ${ids[7]}`);
    damage(`UPDATE leads SET price = NULL WHERE id = ${ids[9]}`);
    damage("UPDATE statuses SET name = 'Won!' WHERE id = 142");
    damage('DELETE FROM tasks WHERE id = (SELECT max(id) FROM tasks)');
    const shallow = await verify('--streams', 'leads,statuses');
    expect(shallow.code).toBe(0);
    expect(shallow.stdout).toContain('Keys and times of change were compared');
    const deep = await verify('--deep');
    expect(deep.code).toBe(1);
    expect(deep.stdout).toMatch(
      new RegExp(`^leads .*not complete.*\n  2 stale in the file: ${ids[7]}, ${ids[9]}$`, 'm'),
    );
    expect(deep.stdout).toMatch(/^statuses .*not complete.*\n {2}3 stale in the file: \d+\/142/m);
    expect(deep.stdout).toMatch(/^tasks .*not complete.*\n {2}1 missing in the file: \d+$/m);
    expect(deep.stdout).toMatch(/^contacts .*; complete up to/m);
  });

  test('calls a row stale whose links or tags differ, though its time of change does not', async () => {
    const { verify, simulator, config, path, perform } = await synced(60);
    const { account, readings } = simulator;
    Object.assign(readings, { linksTouch: false, tagsTouch: false, clockSkew: 3600 });
    const [linked, tagged, gone] = account.ids('leads') as number[];
    const [contact] = account.ids('contacts') as number[];
    account.recordEvents = true;
    account.link('leads', linked!, 'contacts', contact!);
    account.tag('leads', tagged!, 'of the day');
    account.remove('leads', gone!);
    readings.clockSkew += 60;
    const sync = (...more: string[]) => perform('sync', '--config', config, '--to', path, ...more);
    const settings = { api_url: simulator.url, api_key: simulator.token, requests_per_second: 10_000 };
    const streams = ['--streams', 'leads,contacts'];
    writeFileSync(config, JSON.stringify({ ...settings, witness: false }));
    expect((await sync('--streams', 'leads,contacts,deletions')).code).toBe(0);
    expect((await verify(...streams)).code).toBe(0);
    const deep = await verify('--deep', ...streams);
    expect(deep.code).toBe(1);
    expect(deep.stdout).toMatch(new RegExp(`^leads .*\n  2 stale in the file: ${linked}, ${tagged}$`, 'm'));
    expect(deep.stdout).toMatch(new RegExp(`^contacts .*\n  1 stale in the file: ${contact}$`, 'm'));
    expect(deep.stdout).not.toContain('gone');
    writeFileSync(config, JSON.stringify(settings));
    expect((await sync()).code).toBe(0);
    expect(await verify('--deep', ...streams)).toMatchObject({ code: 0 });
  });

  test('a full refresh fixes what it lists', async () => {
    const { verify, damage, config, path, perform } = await synced(100);
    damage('DELETE FROM leads WHERE id % 2');
    expect((await verify()).code).toBe(1);
    await perform('sync', '--config', config, '--to', path, '--full-refresh');
    expect((await verify()).code).toBe(0);
  });

  test('looks only at what was asked of the account: start_date', async () => {
    const { simulator, config, path, perform } = await timedAccount(300);
    const from = new Date((simulator.account.now() - 200 * 86_400) * 1000).toISOString().slice(0, 10);
    const settings = {
      api_url: simulator.url,
      api_key: simulator.token,
      start_date: from,
      requests_per_second: 10_000,
    };
    writeFileSync(config, JSON.stringify(settings));
    await perform('sync', '--config', config, '--to', path);
    expect(ask(path, 'SELECT count(*) < 300 AS fewer FROM leads')).toEqual([{ fewer: 1 }]);
    const { code, stdout } = await perform('verify', '--config', config, '--db', path);
    expect(stdout).toMatch(new RegExp(`^leads .*; complete from ${from}T00:00:00Z up to`, 'm'));
    expect(stdout).toMatch(/^users .*; complete up to/m);
    expect(stdout).toMatch(/is complete/);
    expect(code).toBe(0);
  });

  test('tells a stream that the file does not hold, or that no sync has finished', async () => {
    const { simulator, config, path, perform } = await timedAccount(50);
    simulator.faults.addNamed('forbidden', { list: 'users' });
    await perform('sync', '--config', config, '--to', path, '--streams', 'leads,users');
    simulator.faults.clear();
    const verify = (...more: string[]) => perform('verify', '--config', config, '--db', path, ...more);
    const all = await verify();
    expect(all.code).toBe(1);
    expect(all.stdout).toMatch(/^leads .*complete up to/m);
    expect(all.stdout).toMatch(/^users .*not synced yet/m);
    expect(all.stdout).not.toMatch(/^tasks/m);
    const leads = await verify('--streams', 'leads');
    expect(leads.code).toBe(0);
    const tasks = await verify('--streams', 'leads,tasks');
    expect(tasks.stdout).toMatch(/^tasks +not in the file$/m);
    expect(tasks.code).toBe(1);
  });

  test('does not take a list that could not be read for an empty one', async () => {
    const { verify, simulator } = await synced(50);
    simulator.faults.addNamed('forbidden', { list: 'tasks' });
    const { code, stdout, stderr } = await verify();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^tasks +not verified/m);
    expect(stderr).toMatch(/tasks is not complete: /);
  });

  test.each([
    ['a file that is not there', undefined, /does not exist/],
    ['a file that is not a database', 'a diary', /is not a SQLite database/],
    ['a database of another program', 'CREATE TABLE leads (id)', /was not made by source-kommo sync/],
    [
      'the file of another account',
      "CREATE TABLE _kommo_account (id, name, run); INSERT INTO _kommo_account VALUES (5, 'Other', '')",
      /holds account 5 \(Other\)/,
    ],
  ])('refuses %s in one line', async (_case, content, message) => {
    const { config, path } = await accountWithFile({ leads: 5 });
    if (content?.startsWith('CREATE')) {
      const database = new SQLite(path);
      database.exec(content);
      database.close();
    } else if (content !== undefined) writeFileSync(path, content);
    const { code, stdout, stderr } = await runProgram('source-kommo', [
      'verify',
      '--config',
      config,
      '--db',
      path,
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});
