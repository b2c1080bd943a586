/** The program as it is delivered, behind a proxy: only tunnels, whose ends the certificates vouch for. */
import { request as ask } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { proxyServer, secureServer } from '../api/secure-server.ts';
import { ended, startProgram, writeFiles } from '../cli/program.ts';
import { errorsIn, readMessages } from '../dialect/airbyte/messages.ts';
import { account, defaultNames, expectDelivered, settingsFor, understood } from './whole-run.ts';

const certificate = fileURLToPath(new URL('../fixtures/localhost.pem', import.meta.url));

/** A host of the account behind TLS on localhost. */
async function encrypted(url: string) {
  return secureServer((request, response) => {
    const { method, headers } = request;
    const up = ask(new URL(request.url!, url), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(up);
  });
}

test('an account is read through the proxy of HTTPS_PROXY', async () => {
  await using simulator = await account({ leads: 20 });
  await using server = await encrypted(simulator.url);
  await using drive = await encrypted(simulator.driveUrl);
  simulator.account.world.driveUrl = `https://localhost:${drive.port}`;
  await using proxy = await proxyServer();
  const api_url = `https://localhost:${server.port}`;
  const { config } = writeFiles({ config: settingsFor(simulator, { api_url }) });
  const run = (environment: Record<string, string>) =>
    ended(startProgram('source-kommo', ['read', '--config', config!], environment));
  const HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
  const through = understood(await run({ HTTPS_PROXY, NODE_EXTRA_CA_CERTS: certificate }));
  expect(through.code).toBe(0);
  expectDelivered(simulator, [through.messages], defaultNames);
  const tunnelsTo = [server, drive].map(({ port }) => `CONNECT localhost:${port}`);
  expect(new Set(proxy.asked)).toEqual(new Set(tunnelsTo));
  const without = await run({ HTTPS_PROXY });
  expect(without.code).toBe(1);
  expect(errorsIn(readMessages(without.stdout))).toMatchObject([
    { failure_type: 'config_error', message: expect.stringMatching(/NODE_EXTRA_CA_CERTS/) },
  ]);
  const tunnels = proxy.asked.length;
  const straight = await run({ HTTPS_PROXY, NO_PROXY: 'localhost', NODE_EXTRA_CA_CERTS: certificate });
  expect(straight.code).toBe(0);
  expect(proxy.asked).toHaveLength(tunnels);
});
