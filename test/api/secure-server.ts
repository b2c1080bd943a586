import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';

/** A key and its certificate for localhost, which nobody vouches for. */
export const certificate = readFileSync(new URL('../fixtures/localhost.pem', import.meta.url), 'utf8');

interface Listening {
  port: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Speaks HTTP/2 to whoever wants it, and HTTP/1.1. */
export async function secureServer(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listening> {
  const options = { key: certificate, cert: certificate, allowHTTP1: true };
  const server = createSecureServer(options, listener as never).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

/** A proxy that opens tunnels to this machine, whatever name is asked for, and notes what it is asked. */
export async function proxyServer(refuse?: number): Promise<Listening & { asked: string[]; seen: string }> {
  const state = { asked: [] as string[], seen: '' };
  const server = createServer((request, response) => {
    state.asked.push(`${request.method} ${request.url}`);
    response.end('{}');
  });
  server.on('connect', (request, socket, head) => {
    state.asked.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    if (refuse !== undefined) return void socket.end(`HTTP/1.1 ${refuse} No\r\n\r\n`);
    const way = connect(Number(request.url!.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      way.write(head);
      socket.on('data', (data) => {
        state.seen += data.toString('latin1');
      });
      socket.pipe(way).pipe(socket);
    });
    way.on('error', () => socket.destroy());
    socket.on('error', () => way.destroy());
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  });
}
