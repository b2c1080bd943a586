import schema from '../schemas/events.json' with { type: 'json' };
import { defineStream } from '../src/stream/declaration.ts';
import type { StreamSchema } from '../src/stream/schema.ts';

export const events = defineStream({
  name: 'events',
  schema: schema as StreamSchema,
  cursor: 'created_at',
  immutable: true,
  redundant: ['entity'],
});
