import { expect, test } from 'vitest';
import { documented, endpoints, generateEndpoints, readerOf } from '../scripts/generate-endpoints.ts';
import { parseAddress } from '../src/cli/get/address.ts';
import { streams } from '../streams/index.ts';
import { textOf } from './docs/page.ts';

test('endpoints with a reader of their own are spelled as they are documented', () => {
  const others = endpoints.filter((endpoint) => !documented.includes(endpoint));
  expect(others).toEqual(['GET /api/v4/short_links', 'POST /api/v4/calls']);
});

test('something reads each endpoint that can be read', () => {
  const unread = endpoints.filter((endpoint) => {
    const { streams, commands } = readerOf(endpoint);
    return streams.length + commands.length === 0;
  });
  expect(unread).toEqual(['POST /api/v4/calls']);
});

test('every stream reads one of them, and each reader exists', () => {
  const readers = endpoints.map(readerOf);
  expect(new Set(readers.flatMap((reader) => reader.streams))).toEqual(
    new Set(streams.map(({ name }) => name)),
  );
  for (const words of readers.flatMap(({ commands }) => commands)) {
    expect(parseAddress(words.split(' ')).path).toMatch(/^\/(api\/v4|v1\.0)\//);
  }
});

test('the page is current (else: npm run generate)', () => {
  for (const { path, text } of generateEndpoints()) expect(textOf(path)).toBe(text);
});
