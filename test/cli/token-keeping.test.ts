/** Where each command keeps the pair that replaces a spent refresh token, and when it would rather not spend one. */
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as files from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileOperations } from '../../src/api/replace-file.ts';
import type { Context } from '../../src/cli/context.ts';
import { systemClock } from '../../src/clock.ts';
import { namedFaults } from '../../src/simulator/faults.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { ofType, readMessages } from '../dialect/airbyte/messages.ts';
import { performHere } from './in-process.ts';
import { oauthCredentials } from './oauth-credentials.ts';
import { runProgram, writeFiles } from './program.ts';

let simulator: Simulator;
let paths: Record<'config' | 'catalog' | 'file', string>;

/** Called when the users are asked for, and with them the run has a token that works. */
let onUsers: () => void;

beforeEach(async () => {
  onUsers = () => {};
  simulator = await startSimulator({
    leads: 5,
    requestsPerSecond: null,
    onRequest: ({ list }) => {
      if (list === 'users') onUsers();
    },
  });
  paths = writeFiles({ config: settings(), catalog, file: '' });
});
afterEach(() => simulator.close());

const catalog = {
  streams: [
    {
      stream: { name: 'users', json_schema: {}, supported_sync_modes: ['full_refresh'] },
      sync_mode: 'full_refresh',
      destination_sync_mode: 'append',
    },
  ],
};

function settings(): Record<string, unknown> {
  return {
    ...{ subdomain: 'simulated', api_url: simulator.url, requests_per_second: 10_000, extra: 'as it is' },
    credentials: oauthCredentials(simulator),
  };
}

type Command = 'check' | 'read' | 'read --catalog' | 'sync';

interface World {
  isTerminal?: boolean;
  files?: FileOperations;
}

function perform(command: Command, world: World = {}) {
  const { config, catalog, file } = paths;
  const flags: Record<Command, string[]> = {
    check: ['check'],
    read: ['read', '--streams', 'users'],
    'read --catalog': ['read', '--catalog', catalog],
    sync: ['sync', '--streams', 'users', '--to', `${file}.db`],
  };
  return performHere([...flags[command], '--config', config], { clock: systemClock, ...world });
}

const inFile = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

/** A place where nothing can be written. */
const readOnly: FileOperations = {
  ...files,
  access: async (path, mode) => {
    if (mode === files.constants.W_OK) throw Object.assign(new Error(`${path}`), { code: 'EROFS' });
  },
};

describe('a renewal keeps the pair in the config file', () => {
  test.each<[Command, World]>([
    ['check', { isTerminal: true }],
    ['check', { isTerminal: false }],
    ['read', { isTerminal: true }],
    ['read', { isTerminal: false }],
    ['read --catalog', { isTerminal: false }],
    ['sync', { isTerminal: true }],
  ])('%s %o', async (command, world) => {
    expect(await perform(command, world)).toMatchObject({ code: 0 });
    expect(simulator.oauth.refreshes).toBe(1);
    const { extra, credentials } = inFile(paths.config);
    expect(extra).toBe('as it is');
    expect(credentials.refresh_token).toBe(simulator.oauth.refreshToken);
    // Whoever comes next, now and when that token has ended, gets in.
    expect(await perform('sync')).toMatchObject({ code: 0 });
    expect(simulator.oauth.refreshes).toBe(1);
    simulator.oauth.revokeAccess();
    expect(await perform('sync')).toMatchObject({ code: 0 });
    expect(simulator.oauth.refreshes).toBe(2);
    expect(inFile(paths.config).credentials.refresh_token).toBe(simulator.oauth.refreshToken);
  });

  test.each<Command>(['check', 'read', 'read --catalog'])(
    'before %s tells it to the platform',
    async (command) => {
      const kept: unknown[] = [];
      const { code, stdout } = await performHere(
        command === 'check'
          ? ['check', '--config', paths.config]
          : ['read', '--config', paths.config, ...(command === 'read' ? [] : ['--catalog', paths.catalog])],
        {
          clock: systemClock,
          onLine: (line) => {
            if (line.startsWith('{"type":"CONTROL"')) kept.push(inFile(paths.config));
          },
        },
      );
      expect(code).toBe(0);
      const [control] = ofType(readMessages(stdout), 'CONTROL');
      expect(control.connectorConfig.config).toEqual(kept[0]);
      expect(kept).toHaveLength(1);
    },
  );
});

describe('a config file that cannot be written', () => {
  test.each<[Command, boolean]>([
    ['check', true],
    ['read', true],
    ['read', false],
    ['read --catalog', true],
    ['sync', false],
  ])('%s refuses before the token is spent (terminal: %s)', async (command, isTerminal) => {
    const before = inFile(paths.config);
    const { code, stdout, stderr } = await perform(command, { isTerminal, files: readOnly });
    expect(stdout + stderr).toMatch(
      /The tokens have to be renewed, but the config file \S+ cannot be written \(EROFS\): set token_store to a file/,
    );
    expect(code).toBe(command === 'check' ? 0 : 1);
    expect(simulator.oauth.refreshes + simulator.oauth.refusals).toBe(0);
    expect(inFile(paths.config)).toEqual(before);
    expect(await perform('sync')).toMatchObject({ code: 0 });
  });

  test.each<Command>(['check', 'read --catalog'])(
    'is enough for a platform that reads %s',
    async (command) => {
      const { code, stdout } = await perform(command, { files: readOnly });
      expect(code).toBe(0);
      const [control] = ofType(readMessages(stdout), 'CONTROL');
      const { refresh_token } = control.connectorConfig.config.credentials;
      expect(refresh_token).toBe(simulator.oauth.refreshToken);
    },
  );

  test('is of no account while the access token is good', async () => {
    const { config } = writeFiles({ config: {} });
    const credentials = {
      ...(settings().credentials as object),
      access_token: simulator.oauth.issueAccessToken(),
      token_expiry_date: new Date(Date.now() + 3_600_000).toISOString(),
    };
    await files.writeFile(config, JSON.stringify({ ...settings(), credentials }));
    paths.config = config;
    chmodSync(config, 0o444);
    expect(await perform('sync', { files: readOnly })).toMatchObject({ code: 0 });
  });
});

describe('token_store', () => {
  beforeEach(() => {
    const { store } = writeFiles({ store: '{}' });
    ({ config: paths.config } = writeFiles({ config: { ...settings(), token_store: store } }));
  });

  test.each<Command>(['check', 'read', 'read --catalog', 'sync'])(
    '%s keeps the pair in it',
    async (command) => {
      const before = inFile(paths.config);
      expect(await perform(command)).toMatchObject({ code: 0 });
      expect(inFile(before.token_store).refresh_token).toBe(simulator.oauth.refreshToken);
      expect(inFile(paths.config)).toEqual(before);
    },
  );

  test.each<Command>(['check', 'read --catalog'])(
    'that cannot be written is refused by %s of a platform as well: it was set because messages get lost',
    async (command) => {
      const { stdout } = await perform(command, { files: readOnly });
      expect(stdout).toMatch(/the token_store file \S+ cannot be written \(EROFS\)/);
      expect(simulator.oauth.refreshes).toBe(0);
    },
  );
});

describe('a pair that cannot be kept although the rehearsal went well', () => {
  /** A disk that fills up between the rehearsal and the write, until it is freed. */
  const fillingDisk = () => {
    const disk = {
      isFreed: false,
      files: {
        ...files,
        rename: async (from, to) => {
          if (!disk.isFreed) throw Object.assign(new Error(`${to}`), { code: 'ENOSPC' });
          await files.rename(from, to);
        },
      } satisfies FileOperations,
    };
    return disk;
  };

  const advice = () =>
    `The new tokens cannot be kept in the config file ${paths.config} (ENOSPC). The old ones are used up: ` +
    `run "source-kommo login --config ${paths.config}".`;

  test.each<[Command, World, number]>([
    ['sync', {}, 1],
    ['read', { isTerminal: true }, 1],
    ['read', {}, 1],
    ['read --catalog', { isTerminal: true }, 1],
    ['check', { isTerminal: true }, 0],
    // The platform has got it.
    ['read --catalog', {}, 0],
    ['check', {}, 0],
  ])('%s %o finishes with it, and says what to do', async (command, world, code) => {
    const performed = await perform(command, { ...world, files: fillingDisk().files });
    expect(performed.code).toBe(code);
    expect(simulator.oauth.refreshes).toBe(1);
    expect(simulator.statistics.byStatus[401]).toBeUndefined();
    const said = (performed.stdout + performed.stderr).replaceAll('\\"', '"');
    const isLost = code === 1 || world.isTerminal === true;
    expect(said.includes(advice())).toBe(isLost);
    if (command === 'check') expect(performed.stdout).toContain(isLost ? '"FAILED"' : '"SUCCEEDED"');
    else if (command === 'sync') expect(performed.stdout).toMatch(/users +[1-9]/);
    else {
      expect(ofType(readMessages(performed.stdout), 'RECORD')).not.toEqual([]);
      expect(performed.stdout).toContain('"COMPLETE"');
    }
  });

  test('is kept at the end after all when that is possible by then', async () => {
    const disk = fillingDisk();
    onUsers = () => {
      disk.isFreed = true;
    };
    const { code, stderr } = await perform('sync', { files: disk.files });
    expect(code).toBe(0);
    expect(stderr).toContain('This run goes on with them.');
    expect(stderr).not.toContain('login');
    expect(inFile(paths.config).credentials.refresh_token).toBe(simulator.oauth.refreshToken);
    expect(await perform('sync')).toMatchObject({ code: 0 });
  });

  test('yields to the one of a login that came meanwhile', async () => {
    const disk = fillingDisk();
    const { credentials, ...others } = settings();
    const fromLogin = {
      ...(credentials as object),
      access_token: simulator.oauth.issueAccessToken(),
      refresh_token: 'the refresh token of the login',
      token_expiry_date: new Date(Date.now() + 3_600_000).toISOString(),
    };
    onUsers = () => {
      disk.isFreed = true;
      writeFileSync(paths.config, JSON.stringify({ ...others, credentials: fromLogin }));
    };
    const { code } = await perform('sync', { files: disk.files });
    expect(code).toBe(0);
    expect(inFile(paths.config).credentials).toEqual(fromLogin);
  });

  test('is told although the run failed for another reason', async () => {
    simulator.faults.add({ fault: namedFaults['not-found']!, list: 'account' });
    const { code, stderr } = await perform('sync', { files: fillingDisk().files });
    expect(code).toBe(1);
    expect(stderr).toContain(advice());
    expect(stderr).toMatch(/404/);
  });
});

describe("Meltano's copy of the settings is no place to keep a pair", () => {
  const copyIn = (folder: string): string => {
    const path = join(dirname(paths.file), folder, 'tap.01a1fe3d.config.json');
    mkdirSync(dirname(path), { recursive: true });
    renameSync(paths.config, path);
    return path;
  };
  const tap = (config: string, environment: Context['environment'] = {}) =>
    runProgram('tap-kommo', ['--config', config, '--test'], environment);

  test.each([
    ['in the project', '.meltano/run/tap-kommo', () => ({})],
    ['elsewhere', 'system/run/tap-kommo', (folder: string) => ({ MELTANO_SYS_DIR_ROOT: folder })],
  ])('%s: a renewal is refused before the token is spent', async (_, folder, environment) => {
    const copy = copyIn(folder);
    const { code, stderr } = await tap(copy, environment(join(dirname(paths.file), 'system')));
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^CRITICAL .*Meltano's copy of the settings is gone after the run: set token_store of tap-kommo to a file/,
    );
    expect(simulator.oauth.refreshes + simulator.oauth.refusals).toBe(0);
  });

  test('with token_store the next run, with a new copy of the same settings, gets in', async () => {
    const tokens = join(dirname(paths.file), 'tokens.json');
    const given = JSON.stringify({ ...settings(), token_store: tokens });
    for (const run of [1, 2, 3]) {
      writeFileSync(paths.config, given);
      const copy = copyIn('.meltano/run/tap-kommo');
      expect(await tap(copy)).toMatchObject({ code: 0 });
      simulator.oauth.revokeAccess();
      expect(simulator.oauth.refreshes).toBe(run);
      expect(readFileSync(copy, 'utf8')).toBe(given);
      expect(inFile(tokens).refresh_token).toBe(simulator.oauth.refreshToken);
    }
  });

  test('while the access token is good there is nothing to refuse', async () => {
    const { credentials, ...others } = settings();
    const good = {
      ...(credentials as object),
      access_token: simulator.oauth.issueAccessToken(),
      token_expiry_date: new Date(Date.now() + 3_600_000).toISOString(),
    };
    writeFileSync(paths.config, JSON.stringify({ ...others, credentials: good }));
    expect(await tap(copyIn('.meltano/run/tap-kommo'))).toMatchObject({ code: 0 });
  });

  test('a config that lies elsewhere keeps the pair under Meltano as well', async () => {
    const environment = { MELTANO_SYS_DIR_ROOT: join(dirname(paths.file), 'system') };
    expect(await tap(paths.config, environment)).toMatchObject({ code: 0 });
    expect(inFile(paths.config).credentials.refresh_token).toBe(simulator.oauth.refreshToken);
  });
});
