/** The entities that carry custom fields, tags and links, and what one of them is called. */
export const entities = [
  { table: 'leads', one: 'lead' },
  { table: 'contacts', one: 'contact' },
  { table: 'companies', one: 'company' },
] as const;
export type Entity = (typeof entities)[number];
