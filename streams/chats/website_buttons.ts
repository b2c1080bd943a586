import { defineStream } from '../../src/stream/declaration.ts';

export const websiteButtons = defineStream({
  name: 'website_buttons',
  subject: 'chats',
  key: ['source_id'],
  identity: ['source_id'],
  with: ['scripts', 'deleted'],
});
