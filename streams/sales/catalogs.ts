import { defineStream } from '../../src/stream/declaration.ts';

/** Lists of anything; products and invoices are lists too. */
export const catalogs = defineStream({
  name: 'catalogs',
  subject: 'sales',
});
