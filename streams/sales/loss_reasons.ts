import { defineStream } from '../../src/stream/declaration.ts';

export const lossReasons = defineStream({
  name: 'loss_reasons',
  subject: 'sales',
  path: '/api/v4/leads/loss_reasons',
  isPaged: false,
});
