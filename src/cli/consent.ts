import { createServer } from 'node:http';
import { ConfigError } from '../errors.ts';
import { isLoopback } from '../host.ts';

/** What the consent page gives back. */
export interface Consent {
  code: string;
  /** The host of the account that let the integration in; undefined where only the code was pasted. */
  accountHost: string | undefined;
}

/** Reads the address to which the consent page led, or the code alone. */
export function readConsent(answer: string, state: string): Consent {
  const text = answer.trim();
  if (!URL.canParse(text)) {
    if (/^\S+$/.test(text)) return { code: text, accountHost: undefined };
    throw new ConfigError('This is neither the address that the browser was sent to nor a code.');
  }
  const { searchParams } = new URL(text);
  if (searchParams.get('error') !== null) throw new ConfigError('Access was denied in the browser.');
  const code = searchParams.get('code');
  if (code === null) throw new ConfigError('There is no code in this address: copy all of it.');
  if (searchParams.get('state') !== state) {
    throw new ConfigError('This address belongs to another authorization: open the page printed last.');
  }
  return { code, accountHost: searchParams.get('referer') ?? undefined };
}

/** True where the browser's way back leads to this machine. */
export function comesBackHere(redirectUri: string): boolean {
  const url = URL.parse(redirectUri);
  return url?.protocol === 'http:' && isLoopback(url.hostname);
}

/** Waits for the browser at a loopback address, and resolves with the address that it asked for. */
export function awaitBrowser(redirectUri: string, signal: AbortSignal): Promise<string> {
  const { hostname, port, pathname } = new URL(redirectUri);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', redirectUri);
    // Browsers also ask for icons.
    if (url.pathname !== pathname) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/plain', connection: 'close' });
    response.end('This window can be closed: see the terminal for the result.\n', () => resolve(url.href));
  });
  server.on('error', (cause: NodeJS.ErrnoException) =>
    reject(
      new ConfigError(
        `This program cannot listen at the redirect_uri ${redirectUri} (${cause.code}): pass --code.`,
        {
          cause,
        },
      ),
    ),
  );
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  server.listen(Number(port || 80), hostname.replaceAll(/[[\]]/g, ''));
  return promise.finally(() => {
    server.close();
    server.closeAllConnections();
  });
}
