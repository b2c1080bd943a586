import { defineStream } from '../../src/stream/declaration.ts';

export const talks = defineStream({
  name: 'talks',
  subject: 'chats',
  key: ['talk_id'],
  identity: ['talk_id'],
  cursor: 'updated_at',
  filter: undefined,
  newestFirst: true,
});
