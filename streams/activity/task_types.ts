import { defineStream } from '../../src/stream/declaration.ts';
import { embedded } from '../../src/stream/embedded.ts';
import { account } from '../settings/account.ts';

/** The account's only row holds them: one request serves three streams. */
export const taskTypes = defineStream({
  name: 'task_types',
  subject: 'activity',
  lists: account.lists.map((list) => ({ ...list, rows: (row) => embedded(row, 'task_types') })),
});
