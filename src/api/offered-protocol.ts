import { type ConnectionOptions, connect } from 'node:tls';
import { type ProxySettings, readProxy } from './proxy.ts';

const patienceMilliseconds = 10_000;

/**
 * The newest of HTTP/2 and HTTP/1.1 that the server would speak, from a connection without a request. Undefined where
 * that is not to be found out: without https, through a proxy, or where no connection comes about.
 */
export async function offeredProtocol(
  origin: string,
  environment: ProxySettings = {},
  options: Pick<ConnectionOptions, 'ca'> = {},
): Promise<'h2' | 'http/1.1' | undefined> {
  const { protocol, hostname, port } = new URL(origin);
  if (protocol !== 'https:' || readProxy(environment).httpsProxy !== '') return undefined;
  const { promise, resolve } = Promise.withResolvers<'h2' | 'http/1.1' | undefined>();
  const ALPNProtocols = ['h2', 'http/1.1'];
  const socket = connect({
    ...options,
    ...{ host: hostname, servername: hostname, port: Number(port || 443), ALPNProtocols },
  });
  socket.setTimeout(patienceMilliseconds, () => resolve(undefined));
  socket.on('error', () => resolve(undefined));
  // A server that knows nothing of such questions speaks HTTP/1.1.
  socket.on('secureConnect', () => resolve(socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1'));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
