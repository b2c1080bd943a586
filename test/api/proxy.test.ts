/** The line to Kommo: encrypted, by HTTP/1.1, through the proxy that the environment names. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProxySettings } from '../../src/api/proxy.ts';
import { createTransport, type Transport } from '../../src/api/transport.ts';
import { ConfigError } from '../../src/errors.ts';
import { certificate, proxyServer, secureServer } from './secure-server.ts';

let transport: Transport | undefined;
const trusted = getCACertificates('default');
beforeEach(() => setDefaultCACertificates([...trusted, certificate]));
afterEach(async () => {
  await transport?.close();
  setDefaultCACertificates(trusted);
});

async function get(url: string, environment: ProxySettings = {}) {
  transport = createTransport({}, environment);
  const headers = { authorization: 'Bearer a-token-that-stays-home' };
  return transport.send({ method: 'GET', url, headers }).catch((error) => error);
}

describe('a certificate', () => {
  test('that nobody vouches for is an error of the settings, which names what to set', async () => {
    setDefaultCACertificates(trusted);
    let served = 0;
    await using server = await secureServer((_, response) => {
      served += 1;
      response.end();
    });
    const error = await get(`https://localhost:${server.port}/`);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(
      /^The certificate of localhost:\d+ cannot be verified \(\w+\).*NODE_EXTRA_CA_CERTS/,
    );
    expect(served).toBe(0);
  });

  test('of another name is one too', async () => {
    await using server = await secureServer((_, response) => void response.end());
    await using proxy = await proxyServer();
    const error = await get(`https://acme.kommo.com:${server.port}/`, {
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
    });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/NODE_EXTRA_CA_CERTS/);
    expect(proxy.seen).not.toContain('token');
  });

  test('that is missing, where nobody speaks TLS, is one too', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const error = await get(`https://localhost:${port}/`);
    server.close();
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/^No encrypted connection to localhost:\d+ could be made \(\w+\)/);
  });
});

test('HTTP/2 is not spoken, also where the server offers it', async () => {
  await using server = await secureServer((request, response) => void response.end(request.httpVersion));
  expect((await get(`https://localhost:${server.port}/`)).body).toBe('1.1');
});

describe('the proxy of HTTPS_PROXY', () => {
  test.each<[string, (address: string) => ProxySettings, string]>([
    ['upper case', (address) => ({ HTTPS_PROXY: `http://${address}` }), ''],
    ['lower case', (address) => ({ https_proxy: `http://${address}` }), ''],
    ['without a scheme', (address) => ({ HTTPS_PROXY: address }), ''],
    ['with a password', (address) => ({ HTTPS_PROXY: `http://me:secret@${address}` }), ' Basic bWU6c2VjcmV0'],
  ])('opens the way: %s', async (_, environment, authorization) => {
    await using server = await secureServer(
      (request, response) => void response.end(request.headers.authorization),
    );
    await using proxy = await proxyServer();
    const answer = await get(`https://localhost:${server.port}/`, environment(`127.0.0.1:${proxy.port}`));
    expect(answer.body).toBe('Bearer a-token-that-stays-home');
    expect(proxy.asked).toEqual([`CONNECT localhost:${server.port}${authorization}`]);
    expect(proxy.seen).not.toContain('a-token');
  });

  test.each([{ NO_PROXY: 'localhost' }, { no_proxy: 'example.com, localhost' }, { NO_PROXY: '*' }])(
    'is left out for the hosts of %j',
    async (exceptions) => {
      await using server = await secureServer((_, response) => void response.end('here'));
      await using proxy = await proxyServer();
      const answer = await get(`https://localhost:${server.port}/`, {
        HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
        ...exceptions,
      });
      expect(answer.body).toBe('here');
      expect(proxy.asked).toEqual([]);
    },
  );

  test('never sees plain http, which would show it the token', async () => {
    const server = createServer((_, response) => response.end('here')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    await using proxy = await proxyServer();
    const address = `http://127.0.0.1:${proxy.port}`;
    const environment = { HTTPS_PROXY: address, HTTP_PROXY: address, http_proxy: address };
    const { port } = server.address() as AddressInfo;
    expect((await get(`http://127.0.0.1:${port}/`, environment)).body).toBe('here');
    server.close();
    expect(proxy.asked).toEqual([]);
  });

  test.each([403, 407, 502])('that answers %i is named, and may be tried again', async (status) => {
    await using proxy = await proxyServer(status);
    const error = await get('https://acme.kommo.com/', { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });
    expect(error).toMatchObject({ kind: 'unreachable', message: 'no connection through the proxy' });
  });

  test('that is no address is an error of the settings', async () => {
    for (const text of ['http://', 'ftp://proxy.example', 'a b'])
      expect(() => createTransport({}, { HTTPS_PROXY: text })).toThrow(ConfigError);
  });
});
