import { describe, expect, it } from 'vitest';
import { flattening } from '../../../src/dialect/singer/flattening.ts';
import type { SchemaNode } from '../../../src/dialect/singer/json-schema.ts';
import { ConfigError } from '../../../src/errors.ts';

const schema: SchemaNode = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    loss: {
      type: ['object', 'null'],
      properties: {
        reason: { type: 'object', properties: { id: { type: 'integer' }, name: { type: 'string' } } },
        tags: { type: 'array', items: { type: 'string' } },
        loose: { type: ['object', 'null'] },
      },
    },
  },
};
const record = { id: 1, loss: { reason: { id: 2, name: 'Дорого' }, tags: ['a'], loose: { any: 1 } } };
const options = { separator: '__', maxKeyLength: 255 };

describe('flattening', () => {
  it('changes nothing at depth 0', () => {
    const flat = flattening(schema, { ...options, maxDepth: 0 }, 'things');
    expect(flat.schema).toEqual(schema);
    expect(flat.flatten(record)).toEqual(record);
  });

  it('turns what lies deeper than the depth into JSON text', () => {
    const flat = flattening(schema, { ...options, maxDepth: 1 }, 'things');
    expect(flat.schema.properties).toEqual({
      id: { type: ['integer'] },
      loss__reason: { type: ['string', 'null'] },
      loss__tags: { type: ['string', 'null'] },
      loss__loose: { type: ['string', 'null'] },
    });
    expect(flat.flatten(record)).toEqual({
      id: 1,
      loss__reason: '{"id":2,"name":"Дорого"}',
      loss__tags: '["a"]',
      loss__loose: '{"any":1}',
    });
  });

  it('unfolds to the depth, and leaves of a nullable object are nullable', () => {
    const flat = flattening(schema, { ...options, separator: '.', maxDepth: 5 }, 'things');
    expect(flat.schema.properties?.['loss.reason.id']).toEqual({ type: ['integer', 'null'] });
    expect(flat.flatten(record)).toMatchObject({ 'loss.reason.id': 2, 'loss.reason.name': 'Дорого' });
    expect(flat.flatten({ id: 3, loss: null })).toEqual({
      id: 3,
      'loss.reason.id': null,
      'loss.reason.name': null,
      'loss.tags': null,
      'loss.loose': null,
    });
  });

  it('abbreviates names that are too long, parents first', () => {
    const deep: SchemaNode = {
      properties: {
        custom_fields_values: {
          type: 'object',
          properties: { phone: { type: 'object', properties: { value: { type: 'string' } } } },
        },
      },
    };
    const nameAt = (maxKeyLength: number) =>
      Object.keys(
        flattening(deep, { separator: '__', maxDepth: 9, maxKeyLength }, 'things').schema.properties ?? {},
      );
    expect(nameAt(40)).toEqual(['custom_fields_values__phone__value']);
    expect(nameAt(34)).toEqual(['cfv__phone__value']);
    expect(nameAt(17)).toEqual(['cfv__pho__value']);
  });

  it('refuses two columns of one name', () => {
    const twins: SchemaNode = {
      properties: {
        a__b: { type: 'string' },
        a: { type: 'object', properties: { b: { type: 'string' } } },
      },
    };
    expect(() => flattening(twins, { ...options, maxDepth: 1 }, 'things')).toThrow(ConfigError);
    expect(() => flattening(twins, { ...options, maxDepth: 1 }, 'things')).toThrow(/things .* a__b/);
  });
});
