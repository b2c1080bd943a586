import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import type { StreamSchema } from '../../src/stream/schema.ts';
import { streams } from '../../streams/index.ts';

const read = (path: string) => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
const names = readdirSync(new URL('../../schemas', import.meta.url)).map((file) =>
  file.replace(/\.json$/, ''),
);
const schemaOf = (name: string): StreamSchema => read(`schemas/${name}.json`);

test('every stream has a schema, and every schema a stream', () => {
  expect(streams.map(({ name }) => name).sort()).toEqual(names.sort());
});

describe.each(names)('%s', (name) => {
  const schema = schemaOf(name);

  test('has columns that every destination takes, with a description each', () => {
    expect(schema.description).toMatch(/^\S.{5,98}\.$/);
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    for (const [column, { description, ...type }] of Object.entries(schema.properties)) {
      expect(column).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(description, column).toMatch(/^\S.*\.$/);
      const concrete = expect.stringMatching(/^(integer|number|string|boolean)$/);
      expect(type, column).toEqual({
        type: schema.required?.includes(column) ? concrete : [concrete, 'null'],
      });
    }
  });
});

test('a schema is read when somebody wants to know it', () => {
  const loaded = () =>
    Object.keys(createRequire(import.meta.url).cache).flatMap(
      (file) => /schemas.(\w+)\.json$/.exec(file)?.[1] ?? [],
    );
  expect(loaded()).toEqual([]);
  const leads = streams.find(({ name }) => name === 'leads')!;
  expect(leads.schema).toEqual(schemaOf('leads'));
  expect(loaded()).toEqual(['leads']);
});
