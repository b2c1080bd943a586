import { defineStream } from '../../src/stream/declaration.ts';

export const companies = defineStream({
  name: 'companies',
  subject: 'people',
  suggested: true,
  cursor: 'updated_at',
  loggedAs: 'company',
  ordersByCursor: true,
  ordersById: true,
  with: ['leads', 'contacts'],
  hasCustomFields: true,
});
