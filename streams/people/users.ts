import { defineStream } from '../../src/stream/declaration.ts';

export const users = defineStream({
  name: 'users',
  subject: 'people',
  suggested: true,
  with: ['role', 'group', 'uuid', 'amojo_id', 'user_rank', 'phone_number'],
  sentAs: { role: 'roles', group: 'groups' },
});
