import schema from '../schemas/leads.json' with { type: 'json' };
import { defineStream } from '../src/stream/declaration.ts';
import type { StreamSchema } from '../src/stream/schema.ts';

export const leads = defineStream({
  name: 'leads',
  schema: schema as StreamSchema,
  cursor: 'updated_at',
  ordersByCursor: true,
  ordersById: true,
  with: ['contacts', 'catalog_elements', 'loss_reason', 'source_id', 'is_price_modified_by_robot'],
});
