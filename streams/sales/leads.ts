import { defineStream } from '../../src/stream/declaration.ts';

export const leads = defineStream({
  name: 'leads',
  subject: 'sales',
  suggested: true,
  cursor: 'updated_at',
  loggedAs: 'lead',
  ordersByCursor: true,
  ordersById: true,
  with: ['contacts', 'catalog_elements', 'loss_reason', 'source_id', 'source', 'is_price_modified_by_robot'],
  hasCustomFields: true,
});
