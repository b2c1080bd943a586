import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { Setback } from '../../src/api/setback.ts';
import { createTransport, type Transport, type TransportLimits } from '../../src/api/transport.ts';
import { UnexpectedAnswerError } from '../../src/errors.ts';

let server: Server | undefined;
let transport: Transport | undefined;

afterEach(async () => {
  await transport?.close();
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function get(url: string, limits: Partial<TransportLimits> = {}) {
  transport = createTransport(limits);
  return transport.send({ method: 'GET', url, headers: {} });
}

describe('the transport', () => {
  test('asks for compressed answers and decodes them', async () => {
    const url = await serve((request, response) => {
      expect(request.headers['accept-encoding']).toMatch(/gzip/);
      response.setHeader('content-encoding', 'gzip').end(gzipSync('{"имя":"Ж"}'));
    });
    expect((await get(url)).body).toBe('{"имя":"Ж"}');
  });

  test('keeps no cookies and follows no redirects', async () => {
    const cookies: unknown[] = [];
    const url = await serve((request, response) => {
      cookies.push(request.headers.cookie);
      response.writeHead(302, { location: '/elsewhere', 'set-cookie': 'session=1' }).end();
    });
    expect((await get(url)).status).toBe(302);
    await transport!.send({ method: 'GET', url, headers: {} });
    expect(cookies).toEqual([undefined, undefined]);
  });

  test('tells when a request has set out, before its answer', async () => {
    const seen: string[] = [];
    const url = await serve((_, response) => {
      seen.push('served');
      response.end();
    });
    transport = createTransport();
    await transport.send({ method: 'GET', url, headers: {}, onSent: () => seen.push('sent') });
    expect(seen).toEqual(['sent', 'served']);
  });

  test.each([
    ['plain', (text: Buffer) => text, {}],
    ['compressed', gzipSync, { 'content-encoding': 'gzip' }],
  ] as const)('refuses a %s body beyond the limit without keeping it', async (_, encode, headers) => {
    const url = await serve((_request, response) => {
      response.writeHead(200, headers).end(encode(Buffer.alloc(3_000_000, 'a')));
    });
    await expect(get(url, { bodyBytes: 1024 * 1024 })).rejects.toThrow(UnexpectedAnswerError);
  });

  test.each<[string, Setback['kind'], RequestListener]>([
    ['a connection that is reset before the answer', 'broken', (request) => request.socket.destroy()],
    [
      'a connection that is reset in the body',
      'broken',
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half', () => response.destroy());
      },
    ],
    ['a body that stalls', 'timeout', (_, response) => void response.writeHead(200).write('half')],
    ['headers that do not come', 'timeout', () => {}],
    [
      'a body that drips for ever',
      'timeout',
      (_, response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write('.'), 50);
        response.on('close', () => clearInterval(drip));
      },
    ],
    [
      'a cut compressed body',
      'broken',
      (_, response) =>
        void response.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(99)).subarray(0, 15)),
    ],
    [
      'an encoding that was not asked for',
      'broken',
      (_, response) => void response.setHeader('content-encoding', 'lzma').end('x'),
    ],
  ])('calls %s a setback', async (_, kind, listener) => {
    const url = await serve(listener);
    const error = await get(url, {
      headersMilliseconds: 300,
      stallMilliseconds: 300,
      exchangeMilliseconds: 900,
    }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(Setback);
    expect(error.kind).toBe(kind);
  });

  test('calls a server that is not there unreachable', async () => {
    const url = await serve(() => {});
    await new Promise((resolve) => server!.close(resolve));
    server = undefined;
    await expect(get(url)).rejects.toMatchObject({ kind: 'unreachable' });
  });
});
