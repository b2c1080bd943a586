import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { offeredProtocol } from '../../src/api/offered-protocol.ts';
import { certificate, secureServer } from './secure-server.ts';

const trusted = { ca: certificate };

test('a server that speaks HTTP/2 offers it, without being asked anything', async () => {
  let asked = 0;
  await using server = await secureServer(() => {
    asked += 1;
  });
  expect(await offeredProtocol(`https://localhost:${server.port}`, {}, trusted)).toBe('h2');
  expect(asked).toBe(0);
});

test.each([{ ALPNProtocols: ['http/1.1'] }, {}])(
  'one that does not offers HTTP/1.1: %j',
  async (protocols) => {
    const server = createServer({ key: certificate, cert: certificate, ...protocols }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await offeredProtocol(`https://localhost:${port}`, {}, trusted)).toBe('http/1.1');
  },
);

test('nothing is known without https, through a proxy, and of a server that nobody vouches for or that is not there', async () => {
  await using server = await secureServer(() => {});
  const origin = `https://localhost:${server.port}`;
  expect(await offeredProtocol(`http://localhost:${server.port}`, {}, trusted)).toBeUndefined();
  expect(await offeredProtocol(origin, { HTTPS_PROXY: 'http://proxy.example' }, trusted)).toBeUndefined();
  expect(await offeredProtocol(origin)).toBeUndefined();
  expect(await offeredProtocol('https://localhost:1', {}, trusted)).toBeUndefined();
});
