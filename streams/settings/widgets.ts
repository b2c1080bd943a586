import { defineStream } from '../../src/stream/declaration.ts';

export const widgets = defineStream({
  name: 'widgets',
  subject: 'settings',
});
