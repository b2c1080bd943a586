import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { UnexpectedAnswerError } from '../errors.ts';
import { Setback } from './setback.ts';

/**
 * The text of a body in the named content encoding. Rejects with an UnexpectedAnswerError for more than `limit`
 * bytes, encoded or decoded, and with a Setback for what cannot be decoded.
 */
export async function readText(
  body: AsyncIterable<Buffer>,
  encoding: string | string[] | undefined,
  limit: number,
): Promise<string> {
  const encoded = await readAtMost(body, limit);
  const decoded = await decode(encoded, encoding, limit);
  return decoded === encoded ? encoded.toString('utf8') : textOnly(decoded);
}

async function readAtMost(body: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > limit) throw tooLarge(limit);
    pieces.push(piece);
  }
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, size);
}

/** Lists shrink by about this much at most: room for all of the text at once spares a copy of its pieces. */
const usualRatio = 16;
const smallestChunk = 16 * 1024;
/** Buffers below this may share their memory with others. */
const ownMemory = 64 * 1024;

/**
 * The text of a decompressed body, whose memory is given back at once: buffers lie outside of the heap, where the
 * collector does not see them pile up.
 */
function textOnly(decoded: Buffer): string {
  const text = decoded.toString('utf8');
  const { buffer, length } = decoded;
  if (length > ownMemory && buffer instanceof ArrayBuffer) buffer.transfer(0);
  return text;
}

type Decompress = (data: Buffer, options: { maxOutputLength: number; chunkSize: number }) => Promise<Buffer>;

const decompressors: Readonly<Record<string, Decompress>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

async function decode(
  encoded: Buffer,
  encoding: string | string[] | undefined,
  limit: number,
): Promise<Buffer> {
  const name = (Array.isArray(encoding) ? encoding.join() : (encoding ?? '')).trim().toLowerCase();
  if (name === '' || name === 'identity' || encoded.length === 0) return encoded;
  const decompress = decompressors[name];
  if (!decompress) throw new Setback('broken', `an answer in an encoding that was not asked for (${name})`);
  try {
    const chunkSize = Math.max(smallestChunk, Math.min(limit, encoded.length * usualRatio));
    return await decompress(encoded, { maxOutputLength: limit, chunkSize });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw new Setback('broken', 'a compressed answer that cannot be read', { cause: error });
  }
}

function tooLarge(limit: number): UnexpectedAnswerError {
  return new UnexpectedAnswerError(
    `Kommo sent more than ${Math.floor(limit / 1024 / 1024)} MB in one answer.`,
  );
}
