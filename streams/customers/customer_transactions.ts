import { defineStream } from '../../src/stream/declaration.ts';

export const customerTransactions = defineStream({
  name: 'customer_transactions',
  subject: 'customers',
  selectedByDefault: false,
  path: '/api/v4/customers/transactions',
  envelope: 'transactions',
});
