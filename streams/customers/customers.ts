import { defineStream } from '../../src/stream/declaration.ts';

/** The order of this list is documented nowhere (kommo-api.md §6). */
export const customers = defineStream({
  name: 'customers',
  subject: 'customers',
  selectedByDefault: false,
  cursor: 'updated_at',
  loggedAs: 'customer',
  with: ['catalog_elements', 'contacts', 'companies', 'group_id'],
  hasCustomFields: true,
});
