import schema from '../schemas/pipelines.json' with { type: 'json' };
import { defineStream } from '../src/stream/declaration.ts';
import type { StreamSchema } from '../src/stream/schema.ts';

export const pipelines = defineStream({
  name: 'pipelines',
  schema: schema as StreamSchema,
  redundant: ['statuses'],
  path: '/api/v4/leads/pipelines',
});
