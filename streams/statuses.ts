import schema from '../schemas/statuses.json' with { type: 'json' };
import { defineStream } from '../src/stream/declaration.ts';
import { embedded } from '../src/stream/embedded.ts';
import type { StreamSchema } from '../src/stream/schema.ts';

/** The pipelines' list holds the statuses of each pipeline: one request serves both streams. */
export const statuses = defineStream({
  name: 'statuses',
  schema: schema as StreamSchema,
  path: '/api/v4/leads/pipelines',
  envelope: 'pipelines',
  key: ['pipeline_id', 'id'],
  rows: (pipeline) => embedded(pipeline, 'statuses'),
});
