/** The declarations, held to what Kommo's endpoints are documented to take and to send (kommo-endpoints.json). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { List, Stream } from '../../src/stream/declaration.ts';
import { columnType } from '../../src/stream/schema.ts';
import { streams } from '../../streams/index.ts';

interface Endpoint {
  path: string;
  key: string | null;
  limit: number | null;
  filters: string[];
  orders: string[];
  with: string[];
  fields: Record<string, string>;
}

const endpoints: Endpoint[] = JSON.parse(
  readFileSync(new URL('../fixtures/kommo-endpoints.json', import.meta.url), 'utf8'),
);

/** The first streams of the connector have the columns that were chosen for them. */
const chosenByHand = ['leads', 'contacts', 'companies', 'pipelines', 'statuses', 'tasks', 'events', 'users'];
/** Streams that are made of parts of rows: the envelope of these parts, where Kommo's documentation describes them. */
const parts: Readonly<Record<string, string | undefined>> = {
  user_groups: 'users_groups',
  task_types: 'task_types',
  file_links: undefined,
  deletions: undefined,
};

/** Parts of lists that fill no column. */
const unwanted: Readonly<Record<string, string[]>> = {
  catalog_elements: ['supplier_field_values'],
  files: ['deleted', 'unbilled'],
};

const all = streams;
const lists = all.flatMap(({ name, lists }) =>
  lists.map((list): [string, string, List] => [name, list.name, list]),
);

describe.each(lists)('%s %s', (_stream, _name, list) => {
  const endpoint = endpointOf(list, list.envelope ?? null);

  test('asks for nothing that its endpoint does not list', () => {
    expect(endpoint.with).toEqual(expect.arrayContaining([...list.with]));
    const bounds = list.filter === undefined ? [] : [`${list.filter}[from]`, `${list.filter}[to]`];
    const paging = list.isPaged ? ['page', 'limit'] : [];
    const ids = list.parent?.many === undefined ? [] : [list.parent.many.parameter];
    const kinds = list.kinds === undefined ? [] : [list.kinds.parameter];
    expect(endpoint.filters).toEqual(
      expect.arrayContaining([...Object.keys(list.query), ...bounds, ...paging, ...ids, ...kinds]),
    );
    const orders = [...(list.ordersByCursor ? [list.cursor] : []), ...(list.ordersById ? ['id'] : [])];
    expect(endpoint.orders).toEqual(expect.arrayContaining(orders));
  });

  test('makes use of pages and orders where there are any', () => {
    expect(list.isPaged).toBe(endpoint.filters.includes('page'));
    if (list.isPaged) expect(list.pageSize).toBe(endpoint.limit ?? 250);
    expect(list.ordersById).toBe(endpoint.orders.includes('id'));
    expect(list.ordersByCursor).toBe(list.cursor !== undefined && endpoint.orders.includes(list.cursor));
  });

  test('tells its rows apart by fields that are always there', () => {
    for (const field of list.identity) expect(endpoint.fields[field], field).toMatch(/^(integer|string)$/);
  });
});

const free = lists.filter(([name]) => ![...chosenByHand, 'deletions'].includes(name));

test.each(free)('%s %s is asked for all parts that fill columns', (name, _, list) => {
  const { with: offered } = endpointOf(list, list.envelope ?? null);
  expect(offered.filter((part) => !list.with.includes(part))).toEqual(unwanted[name] ?? []);
});

const derived = all.filter(
  ({ name }) => !chosenByHand.includes(name) && !(name in parts && parts[name] === undefined),
);

test.each(derived.map((stream): [string, Stream] => [stream.name, stream]))(
  '%s has the columns of its endpoint, behind the keys that its rows do not carry',
  (name, { lists, schema, sentAs, redundant }) => {
    const [first] = lists;
    const { fields } = endpointOf(first!, parts[name] ?? first!.envelope ?? null);
    const columns = columnsOf(fields).filter(([column]) => !redundant.includes(column));
    const sent = columns.map(([column]) => column);
    const added = Object.keys({ ...first!.adds, ...first!.parent?.adds }).filter(
      (column) => !sent.includes(column),
    );
    const declared = Object.entries(schema.properties).map(([column, type]) => [
      sentAs[column] ?? column,
      columnType(type),
    ]);
    expect(declared.slice(added.length)).toEqual(columns);
    expect(
      declared
        .slice(0, added.length)
        .map(([column]) => column)
        .sort(),
    ).toEqual(added.sort());
  },
);

test.each(all.map((stream): [string, Stream] => [stream.name, stream]))(
  '%s has its key and cursor among its columns, and parts to ask for fill columns',
  (_, { schema, key, cursor, lists, sentAs }) => {
    const columns = Object.keys(schema.properties);
    expect(schema.required ?? []).toEqual(key);
    if (cursor !== undefined) expect(columns).toContain(cursor);
    for (const list of lists) {
      const added = [...Object.keys(list.adds), ...Object.keys(list.parent?.adds ?? {})];
      expect(columns).toEqual(expect.arrayContaining(added));
      expect(list.cursor).toBe(cursor && (sentAs[cursor] ?? cursor));
    }
  },
);

function endpointOf({ host, path }: List, envelope: string | null): Endpoint {
  const full = host === 'drive' ? `{drive_url}${path}` : path;
  const blank = (each: string) => each.replaceAll(/\{(?!drive)\w+\}|\?.*/g, '');
  const found = endpoints.find((each) => blank(each.path) === blank(full) && each.key === envelope);
  if (found === undefined) throw new Error(`no endpoint ${full} ${envelope}`);
  return found;
}

/** Parts of an object share its column, `_embedded` opens up, links are dropped; what is a list or an object is text. */
function columnsOf(fields: Endpoint['fields']): [string, string][] {
  const columns = new Map<string, string>();
  for (const [field, described] of Object.entries(fields)) {
    const [column] = field.replace(/^_embedded\./, '').split('.');
    const type = described.replace('?', '').replace(/^(array|object|mixed)$/, 'string');
    if (!['_links', '_embedded'].includes(column!) && !columns.has(column!)) columns.set(column!, type);
  }
  return [...columns];
}
