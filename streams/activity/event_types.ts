import { defineStream } from '../../src/stream/declaration.ts';

export const eventTypes = defineStream({
  name: 'event_types',
  subject: 'activity',
  path: '/api/v4/events/types',
  envelope: 'events_types',
  query: { language_code: 'en' },
  isPaged: false,
  key: ['key'],
  identity: ['key'],
});
