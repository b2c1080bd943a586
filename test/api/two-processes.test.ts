import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { newFolder } from '../new-folder.ts';

const program = fileURLToPath(new URL('renewing-program.ts', import.meta.url));

test('processes that need a new token at once and share a store renew it once, and all go on', async () => {
  // The answers take a while, so that all processes meet while the first one renews.
  const simulator = await startSimulator({ leads: 20, latency: 300, requestsPerSecond: null });
  const { oauth } = simulator;
  const folder = newFolder();
  const path = join(folder, 'tokens.json');
  const credentials = {
    type: 'oauth2.0',
    clientId: oauth.clientId,
    clientSecret: oauth.clientSecret,
    redirectUri: oauth.redirectUri,
    refreshToken: oauth.refreshToken,
  };
  try {
    const task = JSON.stringify({ origin: simulator.url, credentials, path });
    const runs = Array.from({ length: 3 }, () => promisify(execFile)(process.execPath, [program, task]));
    const results = (await Promise.all(runs)).map(({ stdout }) => JSON.parse(stdout));
    expect(results.map(({ rows }) => rows)).toEqual([5, 5, 5]);
    expect(results.map(({ renewals }) => renewals).sort()).toEqual([0, 0, 1]);
    expect(oauth.refreshes).toBe(1);
    expect(JSON.parse(readFileSync(path, 'utf8')).refresh_token).toBe(oauth.refreshToken);
    expect(readdirSync(folder)).toEqual(['tokens.json']);
  } finally {
    await simulator.close();
  }
});
