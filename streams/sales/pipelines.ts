import { defineStream } from '../../src/stream/declaration.ts';

export const pipelines = defineStream({
  name: 'pipelines',
  subject: 'sales',
  suggested: true,
  redundant: ['statuses'],
  path: '/api/v4/leads/pipelines',
  isPaged: false,
});
