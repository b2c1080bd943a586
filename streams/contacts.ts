import schema from '../schemas/contacts.json' with { type: 'json' };
import { defineStream } from '../src/stream/declaration.ts';
import type { StreamSchema } from '../src/stream/schema.ts';

export const contacts = defineStream({
  name: 'contacts',
  schema: schema as StreamSchema,
  cursor: 'updated_at',
  ordersByCursor: true,
  ordersById: true,
  with: ['leads'],
});
