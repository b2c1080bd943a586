import schema from '../schemas/companies.json' with { type: 'json' };
import { defineStream } from '../src/stream/declaration.ts';
import type { StreamSchema } from '../src/stream/schema.ts';

export const companies = defineStream({
  name: 'companies',
  schema: schema as StreamSchema,
  cursor: 'updated_at',
  ordersByCursor: true,
  ordersById: true,
  with: ['leads', 'contacts'],
});
