import { defineStream } from '../../src/stream/declaration.ts';

export const sources = defineStream({
  name: 'sources',
  subject: 'sales',
  isPaged: false,
});
