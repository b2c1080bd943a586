import { defineStream } from '../../src/stream/declaration.ts';

export const webhooks = defineStream({
  name: 'webhooks',
  subject: 'settings',
  isPaged: false,
});
