import { defineStream } from '../../src/stream/declaration.ts';

export const bots = defineStream({
  name: 'bots',
  subject: 'chats',
  envelope: 'items',
  with: ['favorite'],
});
