import { defineStream } from '../../src/stream/declaration.ts';
import { talks } from './talks.ts';

export const contactChats = defineStream({
  name: 'contact_chats',
  subject: 'chats',
  selectedByDefault: false,
  path: '/api/v4/contacts/chats',
  envelope: 'chats',
  isPaged: false,
  parent: { list: talks.lists[0]!, many: { parameter: 'contact_id[]', field: 'contact_id', size: 50 } },
});
