import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runProgram, writeFiles } from '../../cli/program.ts';
import { simulatedAccount } from './tap.ts';

const account = simulatedAccount({ leads: 5 });

function oauthFiles(token_store?: string) {
  const { oauth, url } = account.simulator;
  const credentials = {
    auth_type: 'oauth2.0',
    client_id: oauth.clientId,
    client_secret: oauth.clientSecret,
    redirect_uri: oauth.redirectUri,
    refresh_token: oauth.refreshToken,
  };
  const settings = { api_url: url, subdomain: 'acme', requests_per_second: 1000, token_store };
  return { secrets: { credentials }, others: settings };
}

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

describe('renewed tokens (singer.md §0.12)', () => {
  it('go back into the config file that the credentials came from, and nowhere else', async () => {
    const given = oauthFiles();
    const files = writeFiles(given);
    const args = ['--config', files.secrets, '--config', files.others, '--test'];
    const first = await runProgram('tap-kommo', args);
    expect(first.code).toBe(0);
    const { refresh_token, access_token } = readJson(files.secrets).credentials;
    expect(refresh_token).toBe(account.simulator.oauth.refreshToken);
    expect(refresh_token).not.toBe(given.secrets.credentials.refresh_token);
    expect(readJson(files.others)).not.toHaveProperty('credentials');
    for (const secret of [refresh_token, access_token]) {
      expect(first.stdout + first.stderr).not.toContain(secret);
    }
    account.simulator.oauth.revokeAccess(access_token);
    expect((await runProgram('tap-kommo', args)).code).toBe(0);
  });

  it('go into the token store where there is one', async () => {
    const { store } = writeFiles({ store: '{}' });
    const given = oauthFiles(store);
    const files = writeFiles(given);
    const args = ['--config', files.secrets, '--config', files.others, '--test'];
    expect((await runProgram('tap-kommo', args)).code).toBe(0);
    expect(readJson(files.secrets)).toEqual(given.secrets);
    expect(readJson(store).refresh_token).toBe(account.simulator.oauth.refreshToken);
    expect((await runProgram('tap-kommo', args)).code).toBe(0);
  });

  it('are not asked for where nobody could keep them', async () => {
    const { secrets, others } = oauthFiles();
    const { config } = writeFiles({ config: others });
    const environment = { TAP_KOMMO_CREDENTIALS: JSON.stringify(secrets.credentials) };
    const ended = await runProgram(
      'tap-kommo',
      ['--config', config, '--config', 'ENV', '--test'],
      environment,
    );
    expect(ended.code).toBe(1);
    expect(ended.stderr.trimEnd().split('\n').at(-1)).toMatch(/^CRITICAL .*token_store/);
    expect(account.simulator.oauth.refreshToken).toBe(secrets.credentials.refresh_token);
  });
});
