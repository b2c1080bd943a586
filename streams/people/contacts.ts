import { defineStream } from '../../src/stream/declaration.ts';

export const contacts = defineStream({
  name: 'contacts',
  subject: 'people',
  suggested: true,
  cursor: 'updated_at',
  loggedAs: 'contact',
  ordersByCursor: true,
  ordersById: true,
  with: ['leads'],
  hasCustomFields: true,
});
