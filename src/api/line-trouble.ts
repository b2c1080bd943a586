import { ConfigError, UnexpectedAnswerError } from '../errors.ts';
import { Setback } from './setback.ts';

const noConnection = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const noAnswerInTime = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
/** What undici says when a proxy does not open the way: with its status, or not at all. */
const noWayThroughProxy = new Set(['UND_ERR_ABORTED', 'UND_ERR_PRX_CONN', 'UND_ERR_PRX_TLS']);

/**
 * What went wrong between us and `host`, as thrown by the socket: a Setback where another try may help, a ConfigError
 * where the certificate or the encryption is wrong, which no other try fixes. Anything else stays what it is.
 */
export function lineTrouble(error: unknown, host: string): unknown {
  if (error instanceof Setback || error instanceof UnexpectedAnswerError) return error;
  const code = codeOf(error);
  if (code === undefined && !(error instanceof Error)) return error;
  const context = { detail: error instanceof Error ? error.message : String(error), cause: error };
  // Not the line, but what was to be sent.
  if (code === 'UND_ERR_INVALID_ARG') return error;
  if (code === undefined) return new Setback('broken', 'the connection was lost', context);
  if (noAnswerInTime.has(code)) return new Setback('timeout', 'no answer in time', context);
  if (code === 'ENOTFOUND') return new Setback('unknown-host', 'no such host (ENOTFOUND)', context);
  if (noConnection.has(code)) return new Setback('unreachable', `no connection (${code})`, context);
  if (noWayThroughProxy.has(code))
    return new Setback('unreachable', 'no connection through the proxy', context);
  if (isCertificateTrouble(code)) {
    return new ConfigError(
      `The certificate of ${host} cannot be verified (${code}). Where a proxy or firewall replaces certificates, set NODE_EXTRA_CA_CERTS to the file with its CA certificate; otherwise check the address and the clock of this machine.`,
      context,
    );
  }
  if (isEncryptionTrouble(code)) {
    return new ConfigError(
      `No encrypted connection to ${host} could be made (${code}). Check the address and any proxies on the way; if a proxy has its own CA certificate, put it into the file that NODE_EXTRA_CA_CERTS names.`,
      context,
    );
  }
  return new Setback('broken', `the connection was lost (${code})`, context);
}

function isCertificateTrouble(code: string): boolean {
  return code.startsWith('ERR_TLS_CERT') || code.includes('CERT') || code.includes('SIGNATURE');
}

function isEncryptionTrouble(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS');
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
