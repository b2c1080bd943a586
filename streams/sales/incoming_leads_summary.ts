import { defineStream } from '../../src/stream/declaration.ts';

export const incomingLeadsSummary = defineStream({
  name: 'incoming_leads_summary',
  subject: 'sales',
  path: '/api/v4/leads/unsorted/summary',
  envelope: undefined,
  isPaged: false,
  key: [],
  identity: [],
});
