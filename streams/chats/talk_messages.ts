import { defineStream } from '../../src/stream/declaration.ts';
import { talks } from './talks.ts';

export const talkMessages = defineStream({
  name: 'talk_messages',
  subject: 'chats',
  selectedByDefault: false,
  path: '/api/v4/talks/{talk_id}/messages',
  envelope: 'messages',
  cursor: 'created_at',
  parent: { list: talks.lists[0]!, adds: { talk_id: 'talk_id' }, onlyChanged: true },
});
