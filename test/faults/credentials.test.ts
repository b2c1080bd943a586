/** Tokens over the whole program: warned of, renewed once, kept before their use, and never half a file. */
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts';
import { runHere } from '../cli/in-process.ts';
import { oauthCredentials } from '../cli/oauth-credentials.ts';
import { ended, startProgram, writeFiles } from '../cli/program.ts';
import { ofType, readMessages } from '../dialect/airbyte/messages.ts';
import { account, expectComplete, readAll, settingsFor } from './whole-run.ts';

const day = 86_400;
const minute = 60_000;

/** Settings that sign in by OAuth; `more` goes into the credentials. */
function oauthSettings(simulator: Simulator, more: object = {}): Record<string, unknown> {
  const { api_key: _, ...settings } = settingsFor(simulator);
  return { ...settings, credentials: oauthCredentials(simulator, more) };
}

const validFor = (simulator: Simulator, milliseconds: number) => ({
  access_token: simulator.oauth.issueAccessToken(),
  token_expiry_date: new Date(Date.now() + milliseconds).toISOString(),
});

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

describe.concurrent('a long-lived token', () => {
  test.each([
    [-1, 'FAILED', /Kommo refused the token \(401\)/],
    [13, 'SUCCEEDED', /The token ends on \d{4}-\d\d-\d\d\. Create a new long-lived token/],
    [15, 'SUCCEEDED', /^Connected to [^.]+\.$/],
  ])('that ends in %i days: check %s', async (days, status, message) => {
    const tokenExpiresAt = Math.floor(Date.now() / 1000) + days * day;
    await using simulator = await account({ leads: 5, tokenExpiresAt });
    const { config } = writeFiles({ config: settingsFor(simulator) });
    const { code, stdout } = await runHere('source-kommo', ['check', '--config', config]);
    expect(code).toBe(0);
    const [said] = ofType(readMessages(stdout), 'CONNECTION_STATUS');
    expect(said).toMatchObject({ status, message: expect.stringMatching(message) });
  });
});

describe.concurrent('a long-lived token that ends in 13 days is warned of once by', () => {
  test.each<[string, string, string[]]>([
    ['sync', 'source-kommo', ['sync', '--streams', 'users', '--to', 'FILE.db']],
    ['read', 'source-kommo', ['read', '--streams', 'users']],
    ['the tap', 'tap-kommo', ['--test']],
  ])('%s', async (_, name, args) => {
    await using simulator = await account({
      leads: 5,
      tokenExpiresAt: Math.floor(Date.now() / 1000) + 13 * day,
    });
    const { config } = writeFiles({ config: settingsFor(simulator) });
    const given = args.map((arg) => (arg === 'FILE.db' ? `${config}.db` : arg));
    const { code, stdout, stderr } = await runHere(name, [...given, '--config', config]);
    expect(code).toBe(0);
    const lines = (stdout + stderr).split('\n').filter((line) => line.includes('The token ends on'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('put it into api_key.');
  });
});

describe.concurrent('an access token', () => {
  test.each([
    ['in ten minutes is used as it is', 10, 0],
    ['in four minutes is renewed before its first use', 4, 1],
  ])('that ends %s', async (_, minutes, renewals) => {
    await using simulator = await account({ leads: 5 });
    const config = oauthSettings(simulator, validFor(simulator, minutes * minute));
    expectComplete(simulator, await readAll(config, { speed: 1 }));
    expect(simulator.oauth.refreshes).toBe(renewals);
    expect(simulator.statistics.byStatus[401]).toBeUndefined();
  });

  test('that ends while several requests are under way is renewed once, and nothing is lost', async () => {
    let held: (() => void)[] = [];
    const options: SimulatorOptions = {
      // Answers wait for one another until three are under way; then the token is no longer good.
      async onRequest({ list, number }) {
        if (list === 'token' || number < 6 || number > 8) return;
        if (number === 8) {
          simulator.oauth.revokeAccess();
          for (const release of held) release();
          held = [];
        } else await new Promise<void>((resolve) => held.push(resolve));
      },
    };
    await using simulator = await account(options);
    const config = oauthSettings(simulator, validFor(simulator, 60 * minute));
    const run = await readAll(config);
    expectComplete(simulator, run);
    expect(simulator.statistics.byStatus[401]).toBeGreaterThan(1);
    expect(simulator.oauth.refreshes).toBe(1);
    expect(ofType(run.messages, 'CONTROL')).toHaveLength(1);
  });
});

describe.concurrent('a new pair', () => {
  test('is kept before its first use, for whom the file was meant', async () => {
    const keptAtFirstUse: unknown[] = [];
    await using simulator = await account({
      leads: 5,
      onRequest: ({ list, headers }) => {
        if (list === 'account') keptAtFirstUse.push(headers.authorization, readJson(config).credentials);
      },
    });
    const { config, file } = writeFiles({ config: oauthSettings(simulator), file: '' });
    chmodSync(config, 0o640);
    const sync = ['sync', '--config', config, '--to', `${file}.db`];
    expect(await ended(startProgram('source-kommo', sync))).toMatchObject({ code: 0 });
    const [authorization, { access_token, refresh_token }] = keptAtFirstUse as [
      string,
      Record<string, string>,
    ];
    expect(authorization).toBe(`Bearer ${access_token}`);
    expect(refresh_token).toBe(simulator.oauth.refreshToken);
    expect(statSync(config).mode & 0o777).toBe(0o640);
  });

  test.each<[string, (request: { list: string | undefined }) => boolean, boolean]>([
    ['before it came leaves the old file', ({ list }) => list === 'token', false],
    ['when it is first used leaves the new file', ({ list }) => list === 'account', true],
  ])('of a program killed %s', async (_, isMoment, isNew) => {
    let child: ReturnType<typeof startProgram> | undefined;
    await using simulator = await account({
      leads: 5,
      onRequest: (request) => {
        if (isMoment(request)) child?.kill('SIGKILL');
      },
    });
    const before = oauthSettings(simulator);
    const { config, file } = writeFiles({ config: before, file: '' });
    const sync = ['sync', '--config', config, '--to', `${file}.db`];
    child = startProgram('source-kommo', sync);
    expect((await ended(child)).signal).toBe('SIGKILL');
    child = undefined;
    expect(simulator.oauth.refreshes).toBe(1);
    if (!isNew) expect(readJson(config)).toEqual(before);
    else expect(readJson(config).credentials.refresh_token).toBe(simulator.oauth.refreshToken);
    // The lock of the dead is taken over; the refresh token in the old file has been used up by the dead.
    const preload = new URL('flying-time.ts', import.meta.url).href;
    const flying = { NODE_OPTIONS: `--import=${preload}`, TIME_FLIES: '20' };
    const next = await ended(startProgram('source-kommo', sync, flying));
    expect(next.code).toBe(isNew ? 0 : 1);
    if (!isNew) expect(next.stderr).toMatch(/(^| )source-kommo: Kommo refused the refresh token \(401\)/m);
    const left = readdirSync(dirname(config)).filter((name) => /lock|tmp/.test(name));
    expect(left).toEqual([]);
  });

  test('serves two programs that start at once with the same config file', async () => {
    await using simulator = await account({ leads: 40, latency: 100 });
    const { config, first, second } = writeFiles({ config: oauthSettings(simulator), first: '', second: '' });
    const runs = await Promise.all([
      ended(startProgram('source-kommo', ['sync', '--config', config, '--to', `${first}.db`])),
      ended(startProgram('source-kommo', ['sync', '--config', config, '--to', `${second}.db`])),
      ended(startProgram('tap-kommo', ['--config', config, '--test'])),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(simulator.oauth.refreshes).toBe(1);
    expect(simulator.oauth.refusals).toBe(0);
    expect(readJson(config).credentials.refresh_token).toBe(simulator.oauth.refreshToken);
  });
});

describe.concurrent('a refresh token that was revoked or used', () => {
  const advice = /Each one works only once.*three months.*disabled.*source-kommo login/;

  test.each<[string, string[]]>([
    ['source-kommo', ['sync', '--to', 'FILE.db']],
    ['source-kommo', ['check']],
    ['tap-kommo', []],
  ])('%s %j names the causes and what to do', async (name, args) => {
    await using simulator = await account({ leads: 5 });
    const { config } = writeFiles({ config: oauthSettings(simulator) });
    simulator.oauth.revokeRefresh();
    const given = args.map((arg) => (arg === 'FILE.db' ? `${config}.db` : arg));
    const { code, stdout, stderr } = await runHere(name, [...given, '--config', config]);
    expect(code).toBe(args[0] === 'check' ? 0 : 1);
    const lines = (stdout + stderr).split('\n').filter((line) => advice.test(line));
    expect(lines).toHaveLength(1);
    // Once refused, and once more after the account was looked up in vain.
    expect(simulator.statistics.byList.token).toBeLessThanOrEqual(3);
  });
});

describe.concurrent('an account that was renamed', () => {
  const oauth = { refreshToken: 'the-refresh-token-of-both', clientSecret: 'the-secret-of-both' };

  test.each([401, 404] as const)('is looked up once and read where it is now (%i)', async (status) => {
    await using now = await account({ oauth, leads: 40 });
    const domain = new URL(now.url).host;
    const renamedTo = { subdomain: 'now', domain, top_level_domain: 'com' };
    await using before = await account({ oauth: { ...oauth, renamedTo }, readings: { renamed: status } });
    const run = await readAll(oauthSettings(before));
    expectComplete(now, run);
    const lookups = before.statistics.log.filter(({ url }) => url.includes('/account/current/subdomain'));
    expect(lookups).toHaveLength(1);
    expect(before.statistics.requests).toBe(2);
    const warnings = ofType(run.messages, 'LOG').filter(({ level }) => level === 'WARN');
    expect(warnings.map(({ message }) => message).join()).toContain(
      `has moved from ${before.url} to ${now.url}`,
    );
  });

  test('to a host that is not of Kommo gets nothing', async () => {
    const renamedTo = { subdomain: 'now', domain: 'evil.example', top_level_domain: 'com' };
    await using before = await account({ oauth: { renamedTo }, readings: { renamed: 404 } });
    const run = await readAll(oauthSettings(before));
    expect(run.code).toBe(1);
    expect(run.failure?.message).toMatch(/moved to a host that is not under kommo\.com.*nothing was sent/);
  });
});
