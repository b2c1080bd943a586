/** The columns of the streams, held to what Kommo's endpoints are documented to send (kommo-endpoints.json). */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { columnType, type StreamSchema } from '../../src/stream/schema.ts';
import { streams } from '../../streams/index.ts';

interface Endpoint {
  paths: string[];
  envelope: string | null;
  fields: Record<string, string>;
}

const read = (path: string) => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
const endpoints: Endpoint[] = read('test/fixtures/kommo-endpoints.json');
const names = readdirSync(new URL('../../schemas', import.meta.url)).map((file) =>
  file.replace(/\.json$/, ''),
);
const schemaOf = (name: string): StreamSchema => read(`schemas/${name}.json`);

describe.each(names)('%s', (name) => {
  const schema = schemaOf(name);

  test('has columns that every destination takes, with a description each', () => {
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    for (const [column, { description, ...type }] of Object.entries(schema.properties)) {
      expect(column).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(description, column).toMatch(/^\S.*\.$/);
      const concrete = expect.stringMatching(/^(integer|number|string|boolean)$/);
      expect(type, column).toEqual({
        type: schema.required?.includes(column) ? concrete : [concrete, 'null'],
      });
    }
  });
});

test('a schema is read when somebody wants to know it', () => {
  const loaded = () =>
    Object.keys(createRequire(import.meta.url).cache).flatMap(
      (file) => /schemas.(\w+)\.json$/.exec(file)?.[1] ?? [],
    );
  expect(loaded()).toEqual([]);
  const leads = streams.find(({ name }) => name === 'leads')!;
  expect(leads.schema).toEqual(schemaOf('leads'));
  expect(loaded()).toEqual(['leads']);
});

/** Streams whose rows are those of an endpoint: its path, its envelope, and the columns that its rows do not carry. */
test.each<[string, string, string | null, ...string[]]>([
  ['account', '/api/v4/account', null],
  ['user_groups', '/api/v4/account', 'users_groups'],
  ['task_types', '/api/v4/account', 'task_types'],
  ['roles', '/api/v4/roles', 'roles'],
  ['loss_reasons', '/api/v4/leads/loss_reasons', 'loss_reasons'],
  ['sources', '/api/v4/sources', 'sources'],
  ['event_types', '/api/v4/events/types', 'events_types'],
  ['currencies', '/api/v4/currencies', 'currencies'],
  ['custom_fields', '/api/v4/leads/custom_fields', 'custom_fields'],
  ['custom_field_groups', '/api/v4/leads/custom_fields/groups', 'custom_field_groups'],
  ['tags', '/api/v4/leads/tags', 'tags', 'entity_type'],
  ['notes', '/api/v4/leads/notes', 'notes', 'entity_type'],
  ['catalogs', '/api/v4/catalogs', 'catalogs'],
  ['catalog_elements', '/api/v4/catalogs/{catalog_id}/elements', 'elements'],
  ['incoming_leads', '/api/v4/leads/unsorted', 'unsorted'],
  ['incoming_leads_summary', '/api/v4/leads/unsorted/summary', null],
  ['talks', '/api/v4/talks', 'talks'],
  ['talk_messages', '/api/v4/talks/{talk_id}/messages', 'messages', 'talk_id'],
  ['contact_chats', '/api/v4/contacts/chats', 'chats'],
  ['chat_templates', '/api/v4/chats/templates', 'chat_templates'],
  ['files', '{drive_url}/v1.0/files', 'files'],
  ['file_versions', '{drive_url}/v1.0/files/{uuid}/versions', 'versions'],
  ['webhooks', '/api/v4/webhooks', 'webhooks'],
  ['widgets', '/api/v4/widgets', 'widgets'],
  ['website_buttons', '/api/v4/website_buttons', 'website_buttons'],
  ['bots', '/api/v4/bots', 'items'],
  ['customers', '/api/v4/customers', 'customers'],
  ['customer_statuses', '/api/v4/customers/statuses', 'statuses'],
  ['customer_segments', '/api/v4/customers/segments', 'segments'],
  ['customer_transactions', '/api/v4/customers/transactions', 'transactions'],
])('%s has the columns of %s', (name, path, envelope, ...added) => {
  const endpoint = endpoints.find((each) => each.paths.includes(path) && each.envelope === envelope)!;
  const { properties } = schemaOf(name);
  const columns = Object.entries(properties).filter(([column]) => !added.includes(column));
  expect(Object.keys(properties).slice(0, added.length)).toEqual(added);
  expect(columns.map(([column, declared]) => [column, columnType(declared)])).toEqual(columnsOf(endpoint));
});

/** Parts of an object share its column, `_embedded` opens up, links are dropped; what is a list or an object is text. */
function columnsOf({ fields }: Endpoint): [string, string][] {
  const elsewhere = ['_links', '_embedded', 'users_groups', 'task_types'];
  const columns = new Map<string, string>();
  for (const [field, described] of Object.entries(fields)) {
    const [column] = field.replace(/^_embedded\./, '').split('.');
    const type = described.replace(/ or null$/, '').replace(/^(array|object|mixed)$/, 'string');
    if (!elsewhere.includes(column!) && !columns.has(column!)) columns.set(column!, type);
  }
  return [...columns];
}
