import { defineStream } from '../../src/stream/declaration.ts';

export const roles = defineStream({
  name: 'roles',
  subject: 'people',
  with: ['users'],
});
