import { defineStream } from '../../src/stream/declaration.ts';

export const chatTemplates = defineStream({
  name: 'chat_templates',
  subject: 'chats',
  path: '/api/v4/chats/templates',
  pageSize: 50,
  with: ['reviews'],
});
