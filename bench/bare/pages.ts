import { Agent, get } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { leads } from '../../streams/sales/leads.ts';

const unpack = promisify(gunzip);
const atOnce = 4;

/**
 * Asks a simulated account for all of its leads, page after page, four at once, and hands the text of each page
 * to `take`. Nothing else: no pacing, no retries, no check of what comes, no order among the pages.
 */
export async function takePages(
  url: string,
  token: string,
  take: (page: string) => Promise<void> | void,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' };
  let next = 1;
  let ended = false;
  const work = async () => {
    while (!ended) {
      const query = `page=${next++}&limit=250&with=${leads.lists[0]!.with.join()}&order[updated_at]=asc`;
      const body = await ask(`${url}/api/v4/leads?${query}`, { agent, headers });
      if (body === undefined) ended = true;
      else await take(body);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  agent.destroy();
}

/** The text of an answer; undefined where there is none. */
function ask(url: string, options: { agent: Agent; headers: Record<string, string> }) {
  return new Promise<string | undefined>((resolve, reject) => {
    const request = get(url, options, (response) => {
      const pieces: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => {
        const body = Buffer.concat(pieces);
        const isPacked = response.headers['content-encoding'] === 'gzip';
        if (response.statusCode === 204) resolve(undefined);
        else if (response.statusCode !== 200) reject(new Error(`${url}: ${response.statusCode}`));
        else if (isPacked) unpack(body).then((text) => resolve(text.toString('utf8')), reject);
        else resolve(body.toString('utf8'));
      });
    });
    request.on('error', reject);
  });
}
