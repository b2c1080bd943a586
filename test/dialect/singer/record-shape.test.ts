import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CatalogEntry } from '../../../src/dialect/singer/catalog.ts';
import { publishedSchema, type SchemaNode } from '../../../src/dialect/singer/json-schema.ts';
import { recordShape } from '../../../src/dialect/singer/record-shape.ts';
import { silentLog } from '../../../src/log.ts';
import { streamOfThings, thing } from './stream-of-things.ts';

const stream = streamOfThings();
const own = publishedSchema(stream.schema);

function shapeWith(properties: Record<string, SchemaNode>, warnings: string[] = []) {
  const entry = { tap_stream_id: 'things', schema: { ...own, properties } } as CatalogEntry;
  return recordShape(stream, entry, undefined, (_level, message) => warnings.push(message));
}

function edited(changes: Record<string, SchemaNode>, warnings?: string[]) {
  const shape = shapeWith({ ...own.properties, ...changes }, warnings);
  return { shape, record: JSON.parse(shape.serialize(thing)) };
}

describe('a record shape', () => {
  it('is the stream itself without a catalog', () => {
    const shape = recordShape(stream, undefined, undefined, silentLog);
    expect(shape.schema.properties).toEqual(stream.schema.properties);
    expect(shape.columns).toEqual(Object.keys(thing));
    expect(JSON.parse(shape.serialize(thing))).toEqual(thing);
  });

  it('follows a schema that its user has edited', () => {
    const shape = shapeWith({
      id: { type: 'integer' },
      price: { type: ['number', 'null'], description: 'Money.' },
    });
    expect(shape.columns).toEqual(['id', 'price', 'updated_at']);
    expect(shape.schema.properties?.price).toEqual({ type: ['number', 'null'], description: 'Money.' });
  });

  it.each<[string, Record<string, SchemaNode>, Record<string, unknown>]>([
    ['JSON text as an array', { tags: { type: ['array', 'null'] } }, { tags: JSON.parse(thing.tags) }],
    [
      'JSON text cut to what the schema names',
      { tags: { type: 'array', items: { type: 'object', properties: { name: {}, enum_id: {} } } } },
      { tags: [{ name: 'vip', enum_id: null }] },
    ],
    [
      'Unix seconds as a date-time',
      { updated_at: { type: ['string', 'null'], format: 'date-time' } },
      { updated_at: '2023-11-14T22:13:20.000Z' },
    ],
    ['a number as text', { price: { type: 'string' } }, { price: '5' }],
    ['a boolean as text', { is_open: { type: 'string' } }, { is_open: 'true' }],
    ['text that is no JSON', { name: { type: ['object', 'null'] } }, { name: null }],
  ])('gives %s', (_name, changes, expected) => {
    expect(edited(changes).record).toEqual({ ...thing, ...expected });
  });

  it('gives no date for 0, which is how Kommo writes none', () => {
    const shape = shapeWith({
      ...own.properties,
      updated_at: { type: ['string', 'null'], format: 'date-time' },
    });
    expect(JSON.parse(shape.serialize({ ...thing, updated_at: 0 })).updated_at).toBeNull();
  });

  it('says what of a catalog it cannot serve, and leaves it as it is', () => {
    const warnings: string[] = [];
    const { shape, record } = edited({ name: { type: 'boolean' }, invented: { type: 'string' } }, warnings);
    expect(warnings).toHaveLength(2);
    expect(warnings.join()).toMatch(/things\.name .* things\.invented/);
    expect(shape.schema.properties?.name).toEqual(stream.schema.properties.name);
    expect(record).toEqual(thing);
  });

  it('delivers exactly the columns that it announces, for any catalog', () => {
    const columns = Object.keys(thing);
    const metadata = fc.record(
      {
        inclusion: fc.constantFrom('available', 'automatic', 'unsupported'),
        selected: fc.boolean(),
        'selected-by-default': fc.boolean(),
      },
      { requiredKeys: [] },
    );
    const node = fc.constantFrom<SchemaNode>(
      {},
      { type: ['integer', 'null'] },
      { type: 'boolean' },
      { type: ['string', 'null'], format: 'date-time' },
      { type: ['array', 'null'], items: { type: 'object', properties: { id: { type: 'integer' } } } },
      {
        type: ['object', 'null'],
        properties: { a: { type: 'object', properties: { b: { type: 'string' } } } },
      },
    );
    const catalog = fc.record({
      rules: fc.dictionary(fc.constantFrom(...columns, 'unknown'), metadata),
      properties: fc.option(fc.dictionary(fc.constantFrom(...columns, 'unknown'), node), { nil: undefined }),
      maxDepth: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(catalog, ({ rules, properties, maxDepth }) => {
        const entry = {
          tap_stream_id: 'things',
          schema: { ...own, ...(properties && { properties }) },
          metadata: [
            { breadcrumb: [], metadata: { selected: true } },
            ...Object.entries(rules).map(([name, rule]) => ({
              breadcrumb: ['properties', name],
              metadata: rule,
            })),
          ],
        } as CatalogEntry;
        const flattening =
          maxDepth === undefined ? undefined : { maxDepth, separator: '__', maxKeyLength: 255 };
        const shape = recordShape(stream, entry, flattening, silentLog);
        // The engine delivers what it was asked for, and nothing else.
        const data = Object.fromEntries(
          shape.columns.map((column) => [column, thing[column as keyof typeof thing]]),
        );
        const keys = Object.keys(JSON.parse(shape.serialize(data)));
        expect(keys).toEqual(Object.keys(shape.schema.properties ?? {}));
        expect(keys).toEqual(expect.arrayContaining(['id', 'updated_at']));
      }),
      { numRuns: 500 },
    );
  });
});
