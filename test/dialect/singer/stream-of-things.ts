import { defineStream, type Stream } from '../../../src/stream/declaration.ts';
import type { Column } from '../../../src/stream/schema.ts';

/** A stream with one column of each type, `updated_at` as its cursor and the columns given. */
export function streamOfThings(more: Record<string, Column> = {}, declaration: Partial<Stream> = {}): Stream {
  return defineStream({
    name: 'things',
    cursor: 'updated_at',
    schema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        id: { type: 'integer' },
        name: { type: ['string', 'null'] },
        price: { type: ['integer', 'null'] },
        is_open: { type: ['boolean', 'null'] },
        updated_at: { type: ['integer', 'null'] },
        tags: { type: ['string', 'null'], description: 'JSON text.' },
        ...more,
      },
      required: ['id'],
    },
    ...declaration,
  });
}

export const thing = {
  id: 1,
  name: 'Ёлка',
  price: 5,
  is_open: true,
  updated_at: 1_700_000_000,
  tags: '[{"id":7,"name":"vip","color":null}]',
};
