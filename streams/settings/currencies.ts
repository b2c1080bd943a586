import { defineStream } from '../../src/stream/declaration.ts';

export const currencies = defineStream({
  name: 'currencies',
  subject: 'settings',
  key: ['code'],
  identity: ['code'],
});
