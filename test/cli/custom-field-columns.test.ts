import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { streams } from '../../streams/index.ts';
import { errorsIn, ofType, readMessages } from '../dialect/airbyte/messages.ts';
import { performHere } from './in-process.ts';
import { writeFiles } from './program.ts';

// biome-ignore lint/suspicious/noExplicitAny: documents of every shape
type Document = any;

async function account(choice: string | undefined, leads = 60) {
  const simulator = await startSimulator({ leads, requestsPerSecond: null });
  onTestFinished(() => simulator.close());
  const files = writeFiles({
    config: {
      ...{ api_url: simulator.url, api_key: simulator.token, requests_per_second: 10_000 },
      ...(choice !== undefined && { custom_field_columns: choice }),
    },
    catalog: {},
    singer: {},
  });
  const { config } = files;
  const run = async (args: string[], program = 'source-kommo') => {
    const done = await performHere([...args, '--config', config], { program });
    expect(done).toMatchObject({ code: 0 });
    return done;
  };
  return {
    simulator,
    config,
    async discover(): Promise<Document[]> {
      const messages = readMessages((await run(['discover'])).stdout);
      return ofType(messages, 'CATALOG')[0].streams;
    },
    /** The records of the stream, read with what `discover` found of it. */
    async read(stream: Document): Promise<Document[]> {
      const configured = { stream, sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' };
      writeFileSync(files.catalog, JSON.stringify({ streams: [configured] }));
      const messages = readMessages((await run(['read', '--catalog', files.catalog])).stdout);
      return ofType(messages, 'RECORD').map(({ data }) => data);
    },
    readWithoutCatalog: async (): Promise<Document[]> => {
      const messages = readMessages((await run(['read', '--streams', 'leads', '--limit', '5'])).stdout);
      return ofType(messages, 'RECORD').map(({ data }) => data);
    },
    async tap(...args: string[]): Promise<Document[]> {
      return (await run(args, 'tap-kommo')).stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    },
    async tapCatalog(): Promise<Document> {
      const catalog = JSON.parse((await run(['--discover'], 'tap-kommo')).stdout);
      writeFileSync(files.singer, JSON.stringify(catalog));
      return catalog;
    },
    singer: files.singer,
    /** What the account says of the fields of leads. */
    fields: () =>
      [...simulator.account.truth('leads_custom_fields')].map(
        ({ id }) => simulator.account.record('leads_custom_fields', id) as Document,
      ),
  };
}

const leadsOf = (catalog: Document[]) => catalog.find(({ name }) => name === 'leads')!;
const fieldColumns = (stream: Document) =>
  Object.keys(stream.json_schema?.properties ?? stream.schema.properties).filter((name) =>
    name.startsWith('cf_'),
  );

const typeFor: Record<string, string> = {
  ...Object.fromEntries(['numeric', 'price', 'monetary'].map((type) => [type, 'number'])),
  ...Object.fromEntries(['date', 'date_time', 'birthday'].map((type) => [type, 'integer'])),
  checkbox: 'boolean',
};

test('all: every field is a column at the end of the streams that have fields, typed by its type', async () => {
  const { discover, fields } = await account('all');
  const catalog = await discover();
  const known = fields().sort((a, b) => a.id - b.id);
  expect(known.length).toBeGreaterThan(20);
  const { properties } = leadsOf(catalog).json_schema;
  const own = Object.keys(streams.find(({ name }) => name === 'leads')!.schema.properties);
  expect(Object.keys(properties)).toEqual([...own, ...known.map(({ id }) => `cf_${id}`)]);
  for (const { id, type, name } of known) {
    expect(properties[`cf_${id}`].type).toEqual([typeFor[type] ?? 'string', 'null']);
    expect(properties[`cf_${id}`].description).toContain(name);
  }
  const withColumns = catalog.filter((stream) => fieldColumns(stream).length > 0).map(({ name }) => name);
  expect(withColumns).toEqual(streams.filter((each) => each.hasCustomFields).map(({ name }) => name));
});

test.each([undefined, 'none', ''])('%j: nobody is asked, and nothing is added', async (choice) => {
  const { simulator, discover } = await account(choice);
  expect((await discover()).flatMap(fieldColumns)).toEqual([]);
  expect(simulator.statistics.requests).toBe(0);
});

test('ids and codes choose, and one that nobody has is named', async () => {
  const { fields, config } = await account('all');
  const [first] = fields();
  const settings = JSON.parse(readFileSync(config, 'utf8'));
  writeFileSync(
    config,
    JSON.stringify({ ...settings, custom_field_columns: `phone, ${first.id},NO_SUCH_FIELD` }),
  );
  const { stdout } = await performHere(['discover', '--config', config]);
  const messages = readMessages(stdout);
  const columns = ofType(messages, 'CATALOG')[0].streams.map(
    (stream: Document) => fieldColumns(stream).length,
  );
  const byName = Object.fromEntries(streams.map(({ name }, index) => [name, columns[index]]));
  expect(byName).toMatchObject({ leads: 1, contacts: 1, companies: 1, tasks: 0 });
  expect(JSON.stringify(ofType(messages, 'LOG'))).toContain('no custom field NO_SUCH_FIELD');
});

test('a choice that is none is refused by name', async () => {
  const { config } = writeFiles({ config: { subdomain: 'x', api_key: 'y', custom_field_columns: 'a b;c' } });
  const { code, stdout } = await performHere(['discover', '--config', config]);
  expect(code).toBe(1);
  expect(errorsIn(readMessages(stdout))[0].message).toMatch(
    /custom_field_columns must be all, none, or a comma/,
  );
});

/** What a column should hold, told from the record as Kommo has it. */
function expected(record: Document, { id, type }: Document): unknown {
  const field = (record.custom_fields_values ?? []).find((each: Document) => each.field_id === id);
  if (field === undefined) return null;
  const [{ value }] = field.values;
  if (typeFor[type] === 'number') return Number(value);
  if (typeFor[type] === 'integer') return typeof value === 'number' ? value : null;
  const single = [
    'text',
    'textarea',
    'url',
    'streetaddress',
    'tracking_data',
    'select',
    'radiobutton',
    'category',
  ];
  if (type === 'checkbox' || single.includes(type)) return value;
  return JSON.stringify(field.values);
}

test('the columns hold what the JSON beside them holds, in Airbyte and in Singer', async () => {
  const { simulator, discover, read, tap, tapCatalog, singer, fields, readWithoutCatalog } =
    await account('all');
  const known = fields();
  const check = (rows: Document[]) => {
    expect(rows.length).toBeGreaterThan(0);
    let filled = 0;
    for (const row of rows) {
      const record = simulator.account.record('leads', row.id);
      for (const field of known) {
        const wanted = expected(record, field);
        expect([row.id, field.type, row[`cf_${field.id}`]]).toEqual([row.id, field.type, wanted]);
        if (wanted !== null) filled += 1;
      }
    }
    expect(filled).toBeGreaterThan(0);
  };
  const leads = leadsOf(await discover());
  const rows = await read(leads);
  expect(rows).toHaveLength(60);
  check(rows);
  check(await readWithoutCatalog());
  const catalog = await tapCatalog();
  expect(
    fieldColumns(leadsOf(catalog.streams.map((each: Document) => ({ ...each, name: each.stream })))),
  ).toEqual(fieldColumns(leads));
  const leadsIn = (messages: Document[]) =>
    messages
      .filter(({ type, stream }) => type === 'RECORD' && stream === 'leads')
      .map(({ record }) => record);
  const messages = await tap('--catalog', singer);
  check(leadsIn(messages));
  const schema = messages.find(({ type, stream }) => type === 'SCHEMA' && stream === 'leads').schema;
  for (const name of fieldColumns(leads)) {
    expect(schema.properties[name].type).toEqual(leads.json_schema.properties[name].type);
  }
  check(leadsIn(await tap()));
});

describe('between two runs', () => {
  test('a field that is added comes with the next discovery, a renamed one keeps its column, a removed one is null', async () => {
    const { simulator, discover, read, fields } = await account('all');
    const { account: people } = simulator;
    const before = leadsOf(await discover());
    const [renamed, removed] = fields().filter(({ type }) => type === 'text' || type === 'numeric');
    const lead = [...people.truth('leads')][0]!.id;
    const value = (id: unknown, type: string, text: string) => ({
      field_id: id,
      field_type: type,
      values: [{ value: text }],
    });
    const fill = (...values: object[]) => people.edit('leads', lead, { custom_fields_values: values });
    const one = async (stream: Document) => (await read(stream)).find(({ id }) => id === lead);
    fill(value(renamed.id, renamed.type, '1'), value(removed.id, removed.type, '2'));
    const first = await one(before);
    expect([`${first[`cf_${renamed.id}`]}`, `${first[`cf_${removed.id}`]}`]).toEqual(['1', '2']);

    people.edit('leads_custom_fields', renamed.id, { name: 'Called otherwise' });
    people.remove('leads_custom_fields', removed.id);
    const added = people.create('leads_custom_fields', { name: 'Of today', type: 'numeric', code: null });
    simulator.readings.clockSkew += 5;
    fill(value(renamed.id, renamed.type, '1'), value(added, 'numeric', '7.5'));

    const old = await one(before);
    expect(Object.keys(old)).toEqual(Object.keys(first));
    expect([`${old[`cf_${renamed.id}`]}`, old[`cf_${removed.id}`]]).toEqual(['1', null]);

    const after = leadsOf(await discover());
    expect(fieldColumns(after)).toEqual(
      [...fieldColumns(before).filter((name) => name !== `cf_${removed.id}`), `cf_${added}`].sort(
        (a, b) => Number(a.slice(3)) - Number(b.slice(3)),
      ),
    );
    expect(after.json_schema.properties[`cf_${renamed.id}`].description).toContain('Called otherwise');
    expect((await one(after))[`cf_${added}`]).toBe(7.5);
  });

  test('a catalog with columns is read by whoever has not set them', async () => {
    const { config, discover, read } = await account('all');
    const leads = leadsOf(await discover());
    const { custom_field_columns: _, ...rest } = JSON.parse(readFileSync(config, 'utf8'));
    writeFileSync(config, JSON.stringify(rest));
    const [row] = await read(leads);
    expect(Object.keys(row)).toEqual(Object.keys(leads.json_schema.properties));
  });
});

test('more fields than a table of PostgreSQL takes are warned of', async () => {
  const { simulator, config } = await account('all', 1);
  for (let number = 0; number < 1_500; number++) {
    simulator.account.create('leads_custom_fields', { name: `Field ${number}`, type: 'text', code: null });
  }
  const { stdout } = await performHere(['discover', '--config', config]);
  const messages = readMessages(stdout);
  expect(fieldColumns(leadsOf(ofType(messages, 'CATALOG')[0].streams)).length).toBeGreaterThan(1_500);
  const warnings = ofType(messages, 'LOG').map(({ message }) => message);
  expect(warnings).toEqual([
    expect.stringMatching(/^leads have 1,5\d\d custom fields: a table of PostgreSQL/),
  ]);
});
