import { defineStream } from '../../src/stream/declaration.ts';

export const events = defineStream({
  name: 'events',
  subject: 'activity',
  suggested: true,
  cursor: 'created_at',
  immutable: true,
  redundant: ['entity'],
});
