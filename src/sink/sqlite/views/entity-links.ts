import type { Selection, View } from './view.ts';

/** A view of links, as the entity that carries them tells. */
const ends = [
  { view: 'lead_contacts', from: 'lead', to: 'contact', main: 'is_main' },
  { view: 'lead_companies', from: 'lead', to: 'company' },
  { view: 'lead_catalog_elements', from: 'lead', to: 'catalog_element', quantity: 'quantity' },
  { view: 'contact_leads', from: 'contact', to: 'lead' },
  { view: 'contact_companies', from: 'contact', to: 'company' },
  { view: 'company_leads', from: 'company', to: 'lead' },
  { view: 'company_contacts', from: 'company', to: 'contact' },
];

const streamOf: Readonly<Record<string, string>> = {
  lead: 'leads',
  contact: 'contacts',
  company: 'companies',
  catalog_element: 'catalog_elements',
};

const [first, ...others] = ends.map(
  ({ view, from, to, main = 'NULL', quantity = 'NULL' }): Selection => ({
    columns: {
      entity_type: `'${streamOf[from]}'`,
      entity_id: `${from}_id`,
      to_entity_type: `'${streamOf[to]}'`,
      to_entity_id: `${to}_id`,
      is_main: main,
      quantity,
    },
    from: view,
  }),
);

export const entityLinks: View = {
  name: 'entity_links',
  summary: 'Links of leads, contacts and companies in one list; both ends of a link tell of it, a row each.',
  reads: ['leads', 'contacts', 'companies'],
  ...first!,
  also: others,
};
