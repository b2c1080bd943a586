import { defineStream } from '../../src/stream/declaration.ts';

export const incomingLeads = defineStream({
  name: 'incoming_leads',
  subject: 'sales',
  path: '/api/v4/leads/unsorted',
  envelope: 'unsorted',
  key: ['uid'],
  identity: ['uid'],
});
