import { defineStream } from '../../src/stream/declaration.ts';
import { embedded } from '../../src/stream/embedded.ts';
import { account } from '../settings/account.ts';

/** The account's only row holds them: one request serves three streams. */
export const userGroups = defineStream({
  name: 'user_groups',
  subject: 'people',
  lists: account.lists.map((list) => ({ ...list, rows: (row) => embedded(row, 'users_groups') })),
});
