/** An address of the account, and how what it answers is spread over pages. */
export interface Place {
  readonly name: string;
  readonly host: 'account' | 'drive';
  /** The stream that reads the same, where there is one of this name. */
  readonly stream: string;
  /** Words in braces are taken from what was typed. */
  readonly path: string;
  /** The key of `_embedded` that holds the rows; undefined where the answer is the only one. */
  readonly envelope: string | undefined;
  /** Page by page, downwards from an id, or all in one answer. */
  readonly paging: 'page' | 'before_id' | 'none';
}

/** What Kommo serves one by one, and the lists that hang on it (kommo-api.md §7–§18). */
export interface Entity {
  readonly name: string;
  /** What is typed behind the name, as help calls it: `PIPELINE/ID`; empty where the account has only one. */
  readonly id: string;
  readonly record: Place;
  /** The field that repeats the last word of `id`. */
  readonly identity: string;
  readonly parts: readonly Place[];
}

export const entities: readonly Entity[] = [
  entity('leads', {}, ['notes', 'links', 'files', 'subscriptions']),
  entity('contacts', {}, ['notes', 'links', 'files']),
  entity('companies', {}, ['notes', 'links', 'files']),
  entity('customers', {}, ['notes', 'links', 'files', 'subscriptions', 'transactions']),
  entity('tasks'),
  entity('events'),
  entity('users'),
  entity('roles'),
  entity('pipelines', { path: '/api/v4/leads/pipelines/{ID}' }, ['statuses']),
  entity('statuses', { id: 'PIPELINE/ID', path: '/api/v4/leads/pipelines/{PIPELINE}/statuses/{ID}' }),
  entity('loss_reasons', { path: '/api/v4/leads/loss_reasons/{ID}' }),
  entity('sources'),
  entity('incoming_leads', { id: 'UID', path: '/api/v4/leads/unsorted/{UID}', identity: 'uid' }),
  entity('custom_fields', { id: 'ENTITY/ID', path: '/api/v4/{ENTITY}/custom_fields/{ID}' }),
  entity('catalogs', {}, ['custom_field_groups']),
  entity('catalog_elements', { id: 'CATALOG/ID', path: '/api/v4/catalogs/{CATALOG}/elements/{ID}' }),
  entity('talks', { identity: 'talk_id' }, ['messages']),
  entity('bots'),
  entity('files', { id: 'UUID', host: 'drive', path: '/v1.0/files/{UUID}', identity: 'uuid' }, [
    'versions',
    'file_links',
  ]),
  entity('widgets', { id: 'CODE', path: '/api/v4/widgets/{CODE}', identity: 'code' }),
  entity('account', { id: '', path: '/api/v4/account' }),
  entity('product_settings', { id: '', path: '/api/v4/catalogs/products/settings' }),
  entity('file_stats', { id: '', host: 'drive', path: '/v1.0/files/stats' }),
  entity('short_links', { id: '', path: '/api/v4/short_links', envelope: 'short_links', paging: 'page' }),
];

type Particulars = Partial<Omit<Place, 'name' | 'stream'> & Pick<Entity, 'id' | 'identity'>>;

function entity(name: string, particulars: Particulars = {}, parts: readonly string[] = []): Entity {
  const { id = 'ID', identity = 'id', ...place } = particulars;
  const record: Place = {
    ...{ name, stream: name, host: 'account', path: `/api/v4/${name}/{ID}` },
    ...{ envelope: undefined, paging: 'none' },
    ...place,
  };
  return { name, id, identity, record, parts: parts.map((part) => placeOf(record, part)) };
}

function placeOf({ host, path }: Place, name: string): Place {
  const rows: Place = { name, stream: name, host, path: `${path}/${name}`, envelope: name, paging: 'none' };
  switch (name) {
    case 'files':
      return { ...rows, paging: 'before_id' };
    case 'custom_field_groups':
      return { ...rows, path: `${path}/custom_fields/groups` };
    case 'file_links':
      return {
        ...rows,
        name: 'links',
        host: 'account',
        path: '/api/v4/files/{UUID}/links',
        envelope: undefined,
      };
    case 'versions':
      return { ...rows, stream: 'file_versions' };
    case 'messages':
      return { ...rows, stream: 'talk_messages', paging: 'page' };
    case 'transactions':
      return { ...rows, stream: 'customer_transactions', paging: 'page' };
    case 'links':
    case 'statuses':
      return rows;
    default:
      return { ...rows, paging: 'page' };
  }
}
