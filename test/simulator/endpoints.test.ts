import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { customFieldTypes } from '../../src/simulator/custom-fields.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { withAccount } from './ask.ts';

/** What is documented of everything that can be read: columns by dotted names, a question mark where null may come. */
interface Endpoint {
  stream: string;
  path: string;
  key: string | null;
  limit: number | null;
  with: string[];
  fields: Record<string, string>;
}

const endpoints: Endpoint[] = JSON.parse(readFileSync('test/fixtures/kommo-endpoints.json', 'utf8'));

/** Columns of events that only a reader adds, and one that newer accounts have. */
const notServed = new Set(['leads.price_with_minor_units', 'events.linked_talk_contact_id']);
/** One table of columns stands for six kinds of custom fields; together they have all of it. */
const sharedColumns = /_custom_fields$/;
/** No list of files hangs on these in a small account. */
const maybeEmpty = new Set(['companies_files', 'customers_files']);

// biome-ignore lint/suspicious/noExplicitAny: documents of every shape
type Document = any;

/** The addresses that an endpoint stands for: one for each parent, where its path names one. */
function addressesOf({ account, driveUrl, url }: Simulator, endpoint: Endpoint): string[] {
  const ids = (list: string) => account.ids(list);
  const parents: Record<string, () => (number | string)[]> = {
    '{pipeline_id}': () => ids('pipelines'),
    '{catalog_id}': () => ids('catalogs'),
    '{talk_id}': () => ids('talks'),
    '{uuid}': () => ids('files'),
    '{id}': () => ids(endpoint.path.split('/')[3]!),
  };
  const bin = endpoint.stream === 'leads_deleted';
  const asked = endpoint.with.filter((name) => bin || name !== 'only_deleted');
  const end =
    endpoint.stream.endsWith('_links') && endpoint.stream !== 'file_links' ? bulk(account, endpoint) : '';
  const base = endpoint.path
    .replace('{drive_url}', driveUrl)
    .replace(/^\/api/, `${url}/api`)
    .replace(/\?.*/, '');
  const query = `?limit=250${asked.length > 0 ? `&with=${asked.join()}` : ''}${end}`;
  const parent = Object.keys(parents).find((name) => base.includes(name));
  if (endpoint.stream === 'contact_chats')
    return [
      `${base}?${ids('contacts')
        .map((id) => `contact_id[]=${id}`)
        .join('&')}`,
    ];
  if (parent === undefined) return [base + query];
  return parents[parent]!().map((id) => base.replace(parent, String(id)) + query);
}

function bulk(account: Simulator['account'], { path }: Endpoint): string {
  return account
    .ids(path.split('/')[3]!)
    .slice(0, 100)
    .map((id) => `&filter[entity_id][]=${id}`)
    .join('');
}

async function read(
  simulator: Simulator,
  endpoint: Endpoint,
): Promise<{ bodies: Document[]; rows: Document[] }> {
  const bodies: Document[] = [];
  for (const address of addressesOf(simulator, endpoint)) {
    const response = await fetch(address, { headers: { authorization: `Bearer ${simulator.token}` } });
    if (response.status === 204) continue;
    expect([address, response.status]).toEqual([address, 200]);
    const drive = endpoint.path.includes('drive_url');
    expect(response.headers.get('content-type')).toBe(drive ? 'application/json' : 'application/hal+json');
    bodies.push(await response.json());
  }
  const rows = endpoint.key === null ? bodies : bodies.flatMap(({ _embedded }) => _embedded[endpoint.key!]);
  return { bodies, rows };
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function cell(row: Document, column: string): unknown {
  return column.split('.').reduce((value, part) => value?.[part], row);
}

/** What a row has that the endpoint does not list. */
function strangers(row: Document, endpoint: Endpoint): string[] {
  const { _embedded = {}, ...fields } = row;
  const columns = [...Object.keys(fields), ...Object.keys(_embedded).map((name) => `_embedded.${name}`)];
  return columns.filter(
    (column) =>
      column !== '_links' && !(column in endpoint.fields) && endpoint.fields._embedded === undefined,
  );
}

function wrongTypes(rows: Document[], column: string, documented: string): string[] {
  if (documented.startsWith('mixed')) return [];
  const types = new Set(rows.map((row) => typeOf(cell(row, column))));
  if (documented.endsWith('?')) types.delete('null');
  types.delete(documented.replace('?', ''));
  return [...types];
}

test.each(endpoints.map((endpoint) => [endpoint.stream, endpoint] as const))(
  '%s is served with its columns',
  async (stream, endpoint) => {
    await withAccount({ leads: 400 }, async (simulator) => {
      const bin = stream === 'leads_deleted';
      if (bin) for (const id of simulator.account.sample('leads', 3)) simulator.account.remove('leads', id);
      const { bodies, rows } = await read(simulator, endpoint);
      if (maybeEmpty.has(stream)) return expect(rows).toEqual([]);
      expect(rows.length).toBeGreaterThan(0);
      for (const { _embedded } of endpoint.key === null ? [] : bodies)
        expect(_embedded[endpoint.key!].length).toBeLessThanOrEqual(endpoint.limit ?? 250);
      const wrong: unknown[] = [];
      for (const [column, documented] of Object.entries(endpoint.fields)) {
        if (notServed.has(`${stream}.${column}`)) continue;
        const types = wrongTypes(rows, column, documented);
        if (types.length > 0) wrong.push([column, documented, types]);
        const there = rows.some((row) => cell(row, column) !== undefined);
        if (!there && !sharedColumns.test(stream)) wrong.push([column, 'nowhere']);
      }
      if (!bin) wrong.push(...new Set(rows.flatMap((row) => strangers(row, endpoint))));
      expect(wrong).toEqual([]);
    });
  },
);

test('the kinds of custom fields have all columns together, and all types', async () => {
  await withAccount({ leads: 10 }, async (simulator) => {
    const kinds = endpoints.filter(({ stream }) => sharedColumns.test(stream));
    const rows = (await Promise.all(kinds.map((kind) => read(simulator, kind)))).flatMap(({ rows }) => rows);
    const columns = new Set(rows.flatMap((row) => Object.keys(row)));
    expect(Object.keys(kinds[0]!.fields).filter((column) => !columns.has(column))).toEqual([]);
    expect(new Set(rows.map(({ type }) => type))).toEqual(new Set([...customFieldTypes, 'multitext']));
    expect(rows.some(({ nested }) => nested?.length > 0)).toBe(true);
  });
});

test('every type of note is there, calls among them', async () => {
  await withAccount({ leads: 200 }, async (simulator) => {
    const { rows } = await read(simulator, endpoints.find(({ stream }) => stream === 'leads_notes')!);
    const types = new Set(rows.map(({ note_type }) => note_type));
    for (const type of ['common', 'call_in', 'call_out', 'service_message', 'extended_service_message'])
      expect(types).toContain(type);
    for (const type of [
      'message_cashier',
      'geolocation',
      'sms_in',
      'sms_out',
      'attachment',
      'amomail_message',
    ])
      expect(types).toContain(type);
    expect(rows.some(({ params }) => Array.isArray(params) && params.length === 0)).toBe(true);
  });
});
