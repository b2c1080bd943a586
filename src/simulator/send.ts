import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, gzip, gzipSync } from 'node:zlib';
import type { Answer } from './problems.ts';

const WORTH_COMPRESSING = 1024;
/** Below this the thread pool costs more than the work. */
const WORTH_A_THREAD = 32_768;
const level = constants.Z_BEST_SPEED;

/** Puts an answer on the wire, compressed for those who ask for it. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  headers: Record<string, string>,
  compress: boolean,
): void {
  response.sendDate = false;
  const { status, contentType, body } = answer;
  if (contentType !== undefined) headers['Content-Type'] = contentType;
  if (body === undefined) {
    if (status !== 204) headers['Content-Length'] = '0';
    response.writeHead(status, headers);
    response.end();
    return;
  }
  const bytes = Buffer.from(body);
  const wanted = compress && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  if (!wanted || bytes.length < WORTH_COMPRESSING) {
    write(response, status, headers, bytes);
    return;
  }
  headers['Content-Encoding'] = 'gzip';
  if (bytes.length < WORTH_A_THREAD) write(response, status, headers, gzipSync(bytes, { level }));
  else gzip(bytes, { level }, (_error, packed) => write(response, status, headers, packed));
}

function write(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  bytes: Buffer,
): void {
  if (response.destroyed) return;
  headers['Content-Length'] = String(bytes.length);
  response.writeHead(status, headers);
  response.end(bytes);
}
