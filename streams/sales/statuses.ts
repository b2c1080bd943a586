import { defineStream } from '../../src/stream/declaration.ts';
import { embedded } from '../../src/stream/embedded.ts';

/** The pipelines' list holds the statuses of each pipeline: one request serves both streams. */
export const statuses = defineStream({
  name: 'statuses',
  subject: 'sales',
  suggested: true,
  path: '/api/v4/leads/pipelines',
  envelope: 'pipelines',
  isPaged: false,
  key: ['pipeline_id', 'id'],
  rows: (pipeline) => embedded(pipeline, 'statuses'),
});
