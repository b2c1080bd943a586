import { defineStream } from '../../src/stream/declaration.ts';

export const customerSegments = defineStream({
  name: 'customer_segments',
  subject: 'customers',
  selectedByDefault: false,
  path: '/api/v4/customers/segments',
  envelope: 'segments',
});
