/** The search finds what it is for, and no program of the tests gets past it. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { leaksOf, secretsOf } from './leaks.ts';
import { root, writeFiles } from './program.ts';

const nothing = { stdout: '', stderr: '' };

describe('secrets', () => {
  test('are those of the config and of the environment', () => {
    const { config } = writeFiles({
      config: {
        subdomain: 'acme',
        api_key: 'the-api-key',
        credentials: {
          auth_type: 'oauth2.0',
          client_id: 'not-a-secret',
          client_secret: 'the-client-secret',
          refresh_token: 'the-refresh-token',
        },
      },
    });
    const environment = {
      KOMMO_API_KEY: 'the-key-outside',
      KOMMO_SUBDOMAIN: 'another-account',
      HOME: '/root',
    };
    const secrets = ['the-api-key', 'the-client-secret', 'the-refresh-token', 'the-key-outside'];
    expect(secretsOf(['check', '--config', config], environment)).toEqual(secrets);
  });

  test.each(['stdout', 'stderr'])('are found in %s', (stream) => {
    const written = { ...nothing, [stream]: 'all is well\nbut the-secret slipped out\n' };
    expect(leaksOf(['read'], written, ['the-secret'])).toEqual([`${stream}: but the-secret slipped out`]);
    expect(leaksOf(['read'], written, ['another-secret'])).toEqual([]);
  });

  test('are found in a SQLite file', () => {
    const { file } = writeFiles({ file: '' });
    writeFileSync(file, Buffer.from([0, 1, 2, ...Buffer.from('the-secret'), 255]));
    expect(leaksOf(['sync', '--to', file], nothing, ['the-secret'])).toHaveLength(1);
  });

  test('that are new, or cut, are known by their shape', async () => {
    const { token, oauth, close } = await startSimulator({ leads: 1 });
    await close();
    for (const secret of [
      token,
      oauth.issueAccessToken(),
      oauth.refreshToken,
      oauth.clientSecret,
      oauth.authorizationCode,
    ]) {
      for (const text of [secret, secret.slice(0, 24)]) {
        expect(leaksOf(['read'], { ...nothing, stderr: `so: ${text}` }, [])).toHaveLength(1);
      }
    }
  });

  test('may stand in the message that hands them over', () => {
    const stdout = '{"type":"CONTROL","control":{"token":"the-secret"}}\n{"type":"LOG","log":"the-secret"}\n';
    expect(leaksOf(['read'], { ...nothing, stdout }, ['the-secret'])).toHaveLength(1);
  });
});

test('every test starts the programs through the search', () => {
  const tests = globSync('test/**/*.ts', { cwd: root });
  const others = tests.filter((file) =>
    /'bin'|bin\/(source|tap)-kommo|\.\.\/src\/cli\/perform\.ts/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(others.sort()).toEqual(['test/cli/in-process.ts', 'test/cli/leaks.test.ts', 'test/cli/program.ts']);
});
