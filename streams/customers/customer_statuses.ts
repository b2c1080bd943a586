import { defineStream } from '../../src/stream/declaration.ts';

export const customerStatuses = defineStream({
  name: 'customer_statuses',
  subject: 'customers',
  selectedByDefault: false,
  path: '/api/v4/customers/statuses',
  envelope: 'statuses',
  isPaged: false,
});
