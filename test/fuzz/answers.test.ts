/** Whatever a server answers: the records, or one clear error, and no stack. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../src/api/client.ts';
import { createTransport } from '../../src/api/transport.ts';
import { isSourceError } from '../../src/errors.ts';
import { silentLog } from '../../src/log.ts';
import { createRedactor } from '../../src/redact.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { streams } from '../../streams/index.ts';
import { hastyClock, performHere } from '../cli/in-process.ts';
import { writeFiles } from '../cli/program.ts';
import { errorsIn, ofType, readMessages } from '../dialect/airbyte/messages.ts';

const token = 'a-token-for-any-server';
const page = { path: '/api/v4/leads', envelope: 'leads', query: { limit: 250 }, purpose: 'leads' };

const status = fc.oneof(
  fc.constant(200),
  fc.constant(200),
  fc.constantFrom(204, 301, 400, 401, 402, 403, 404, 429, 500, 504),
  fc.integer({ min: 200, max: 599 }),
);
const headerName = fc.constantFrom<string>(
  'Content-Type',
  'Content-Encoding',
  'Retry-After',
  'Date',
  'Location',
  'X-Request-Id',
  'Transfer-Encoding',
  'Content-Length',
  'Set-Cookie',
);
const headerValue: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'application/json',
    'application/hal+json; charset=utf-8',
    'gzip',
    'br',
    'chunked',
    '0',
    '-1',
    '1e9',
  ),
  fc.constantFrom('Wed, 21 Oct 2015 07:28:00 GMT', 'https://evil.example/', 'http://[', ''),
  fc.string({ maxLength: 30 }).map((text) => text.replaceAll(/[\r\n\0]/g, ' ')),
);
const listBody = fc
  .record(
    {
      _links: fc.oneof(
        fc.record({ next: fc.record({ href: fc.oneof(fc.webUrl(), fc.string()) }) }),
        fc.jsonValue(),
      ),
      _embedded: fc.oneof(
        fc.record({ leads: fc.oneof(fc.array(fc.jsonValue()), fc.array(fc.jsonValue()), fc.jsonValue()) }),
        fc.jsonValue(),
      ),
    },
    { requiredKeys: [] },
  )
  .map((value) => Buffer.from(JSON.stringify(value)));
const body = fc.oneof(
  { weight: 8, arbitrary: listBody },
  { weight: 1, arbitrary: fc.json().map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
);
const answer = fc
  .record({
    status,
    headers: fc.oneof(
      fc.constant<[string, string][]>([]),
      fc.array(fc.tuple(headerName, headerValue), { maxLength: 3 }),
    ),
    isJson: fc.constantFrom(true, true, true, false),
    body,
  })
  .map(({ status, headers, isJson, body }) => {
    const lines = [
      `HTTP/1.1 ${status} Whatever`,
      ...(isJson ? ['Content-Type: application/json'] : []),
      ...headers.map(([name, value]) => `${name}: ${value}`),
    ];
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
  });
/** Most are HTTP. */
const bytes = fc.oneof(
  { weight: 9, arbitrary: answer },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }).map((raw) => Buffer.from(raw)) },
);

test('bytes for a page', async () => {
  let reply: Buffer = Buffer.alloc(0);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(reply));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const seen = { pages: 0, errors: 0 };
  await fc.assert(
    fc.asyncProperty(bytes, async (raw) => {
      reply = raw;
      const client = createClient({
        config: {
          origin,
          credentials: { type: 'long_lived_token', accessToken: token },
          requestsPerSecond: 1e6,
        },
        version: '0.0.0',
        clock: hastyClock(),
        random: () => 0,
        log: silentLog,
        redactor: createRedactor(),
        transport: createTransport({ headersMilliseconds: 2000, stallMilliseconds: 2000 }),
      });
      try {
        const { rows, servedAt } = await client.list(page);
        expect(Array.isArray(rows)).toBe(true);
        expect(servedAt === undefined || Number.isSafeInteger(servedAt)).toBe(true);
        seen.pages += 1;
      } catch (error) {
        if (!isSourceError(error)) throw error;
        expect(error.message).not.toMatch(/[\r\n]/);
        expect(`${error.message}${error.detail}`).not.toContain(token);
        seen.errors += 1;
      } finally {
        await client.close();
      }
    }),
    { numRuns: 300 },
  );
  expect(Math.min(seen.pages, seen.errors)).toBeGreaterThan(5);
});

const columns = streams.flatMap(({ schema }) => Object.keys(schema.properties));
const field = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(...columns, '_embedded', '_links', 'statuses', 'role', '__proto__'),
  },
  { weight: 1, arbitrary: fc.string() },
);
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(1e300, -0, '12', '1.5', '\ud800', 'a\0b', 'true', [], {}, [[]]),
  fc.dictionary(field, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }),
);
/** What befalls a record: fields of another kind, or another thing altogether. */
const misfortune = fc.oneof(
  { weight: 8, arbitrary: fc.dictionary(field, value, { maxKeys: 4 }) },
  { weight: 1, arbitrary: value },
);

test('records of any shape', { timeout: 300_000 }, async () => {
  const simulator = await startSimulator({
    leads: 2,
    users: 2,
    pipelines: 1,
    requestsPerSecond: null,
    compress: false,
  });
  onTestFinished(() => simulator.close());
  const settings = { api_url: simulator.url, api_key: simulator.token, requests_per_second: 1e6 };
  const { config } = writeFiles({ config: settings });
  const seen = { complete: 0, failed: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(misfortune, { minLength: 1, maxLength: 3 }), async (misfortunes) => {
      simulator.faults.clear();
      simulator.faults.add({
        match: ({ list }) => list !== 'account',
        fault: {
          kind: 'records',
          change: (record, index) => {
            const change = misfortunes[index % misfortunes.length];
            const isPatch = typeof change === 'object' && change !== null && !Array.isArray(change);
            return isPatch ? { ...record, ...change } : change;
          },
        },
      });
      const { code, stdout, stderr } = await performHere(['read', '--config', config]);
      expect(stdout + stderr).not.toMatch(/"stack_trace"|Something went wrong/);
      const messages = readMessages(stdout);
      const errors = errorsIn(messages);
      for (const { message } of errors) expect(message).not.toMatch(/[\r\n]/);
      expect(code).toBe(errors.length === 0 ? 0 : 1);
      if (code === 0) expect(ofType(messages, 'RECORD').length).toBeGreaterThan(0);
      seen[code === 0 ? 'complete' : 'failed'] += 1;
    }),
    { numRuns: 150, examples: [[[{}, { id: '\ud800' }]], [[{ updated_at: [] }, {}, {}]]] },
  );
  expect(Math.min(seen.complete, seen.failed)).toBeGreaterThan(5);
});
