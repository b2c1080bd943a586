import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SchemaNode } from '../../../src/dialect/singer/json-schema.ts';
import { streams } from '../../../streams/index.ts';
import { runHere } from '../../cli/in-process.ts';
import { runProgram, writeFiles } from '../../cli/program.ts';
import { defaultNames, delivered, type Run, simulatedAccount, streamNames, sync, truth } from './tap.ts';

const account = simulatedAccount();
let all: Run;
beforeAll(async () => {
  all = await sync(account.simulator, { flags: ['--streams', 'all'] }, runProgram);
});

/** The catalog that discovery gives, with rules as Meltano writes them. */
async function catalogWith(rules: Record<string, Record<string, Record<string, unknown>>>) {
  const catalog = JSON.parse((await runHere('tap-kommo', ['--discover'])).stdout);
  for (const entry of catalog.streams) {
    const ofStream = rules[entry.tap_stream_id] ?? { '': { selected: false } };
    for (const { breadcrumb, metadata } of entry.metadata)
      Object.assign(metadata, ofStream[breadcrumb.at(-1) ?? '']);
  }
  return catalog;
}

const schemaOf = (run: Run, stream: string) =>
  run.messages.find((message) => message.type === 'SCHEMA' && message.stream === stream);
const columnsOf = (run: Run, stream: string) => Object.keys(schemaOf(run, stream)?.schema?.properties ?? {});

/** The values at the ends of objects; a list counts as one, for whoever merges states key by key. */
function leavesOf(value: unknown): unknown[] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? Object.values(value).flatMap(leavesOf) : [value];
}

describe('a run of every stream', () => {
  it('ends well, and delivers every record of the account in its newest version', () => {
    expect(all).toMatchObject({ code: 0, signal: null });
    for (const stream of streamNames) {
      expect(delivered(account.simulator, stream, all.records[stream]), stream).toEqual(
        truth(account.simulator, stream),
      );
    }
  });

  it('writes SCHEMA, RECORD and STATE alone (singer.md §7.14)', () => {
    expect(new Set(all.messages.map(({ type }) => type))).toEqual(new Set(['SCHEMA', 'RECORD', 'STATE']));
  });

  it('announces each stream once, before its records', () => {
    const announced = all.messages.filter(({ type }) => type === 'SCHEMA').map(({ stream }) => stream);
    expect(announced.toSorted()).toEqual(streamNames.toSorted());
    for (const stream of streamNames) {
      const first = all.messages.findIndex((message) => message.stream === stream);
      expect(all.messages[first]?.type).toBe('SCHEMA');
    }
  });

  it('stamps each record with the time of its extraction, in UTC', () => {
    for (const { type, time_extracted } of all.messages) {
      if (type === 'RECORD') expect(time_extracted).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
  });

  it('ends with a STATE of integers and text, without marks of the run', () => {
    expect(all.messages.at(-1)?.type).toBe('STATE');
    const text = JSON.stringify(all.state);
    expect(text).not.toMatch(/progress_markers|signpost|starting_replication|currently_syncing|\d\.\d/);
    for (const value of leavesOf(all.state.bookmarks))
      expect(typeof value === 'string' || Number.isSafeInteger(value)).toBe(true);
    expect(Object.keys(all.state.bookmarks).toSorted()).toEqual(streamNames.toSorted());
  });
});

describe.each(streamNames)('%s', (stream) => {
  const declaration = streams.find(({ name }) => name === stream)!;
  const rows = () => all.records[stream] ?? [];

  it('has records, each with exactly the columns announced', () => {
    expect(rows().length).toBeGreaterThan(0);
    const columns = columnsOf(all, stream);
    for (const record of rows()) expect(Object.keys(record)).toEqual(columns);
  });

  it('has records that its schema allows, by draft 2020-12 with formats and by the words of draft 4', () => {
    const { schema } = schemaOf(all, stream)!;
    const words = new Set(['type', 'properties', 'required', 'additionalProperties', 'description']);
    const nodes = [schema!, ...Object.values(schema!.properties ?? {})];
    for (const node of nodes) expect(Object.keys(node).filter((word) => !words.has(word))).toEqual([]);
    for (const node of Object.values(schema!.properties ?? {})) expect(node.type).toBeDefined();
    for (const ajv of [addFormats.default(new Ajv2020.default()), addFormats.default(new Ajv.default())]) {
      const validate = ajv.compile(schema as SchemaNode);
      for (const record of rows()) {
        validate(record);
        expect(validate.errors ?? []).toEqual([]);
      }
    }
  });

  it('has a key that is there, not null and of one record only, and a column for each bookmark', () => {
    const { key_properties, bookmark_properties, schema } = schemaOf(all, stream)!;
    expect(key_properties).toEqual(declaration.key);
    expect(bookmark_properties).toEqual(declaration.cursor === undefined ? undefined : [declaration.cursor]);
    for (const column of [...key_properties!, ...(bookmark_properties ?? [])])
      expect(schema?.properties).toHaveProperty(column);
    const keys = rows().map((record) => key_properties!.map((column) => record[column]));
    expect(keys.flat()).not.toContain(null);
    expect(new Set(keys.map((key) => JSON.stringify(key))).size).toBe(keys.length);
  });

  it('has a value in every record for each column that may not be null', () => {
    const { schema } = schemaOf(all, stream)!;
    const required = Object.entries(schema?.properties ?? {})
      .filter(([, node]) => ![node.type].flat().includes('null'))
      .map(([name]) => name);
    for (const record of rows()) for (const column of required) expect(record[column]).not.toBeNull();
  });
});

describe('a catalog', () => {
  it('is taken as discovery prints it, and means what is selected by default', async () => {
    const run = await sync(account.simulator, {
      catalog: (await runHere('tap-kommo', ['--discover'])).stdout,
    });
    expect(run.code).toBe(0);
    expect(Object.keys(run.records).toSorted()).toEqual(defaultNames.toSorted());
  });

  it('leaves out streams and columns, in SCHEMA and RECORD alike, but no key or cursor', async () => {
    const catalog = await catalogWith({
      leads: {
        '': { selected: true },
        price: { selected: false },
        id: { selected: false },
        updated_at: { selected: 'false' },
        tags: { inclusion: 'unsupported' },
      },
      users: { '': { selected: true } },
    });
    const run = await sync(account.simulator, { catalog });
    expect(run.code).toBe(0);
    expect(Object.keys(run.records)).toHaveLength(2);
    const kept = columnsOf(all, 'leads').filter((column) => column !== 'price' && column !== 'tags');
    expect(columnsOf(run, 'leads')).toEqual(kept);
    for (const record of run.records.leads!) expect(Object.keys(record)).toEqual(kept);
    expect(columnsOf(run, 'users')).toEqual(columnsOf(all, 'users'));
  });

  it('may come as --properties', async () => {
    const catalog = await catalogWith({ users: { '': { selected: true } } });
    const { properties } = writeFiles({ properties: catalog });
    const run = await sync(account.simulator, { flags: ['--properties', properties] });
    expect(Object.keys(run.records)).toEqual(['users']);
  });

  it('does not sync a stream that it does not hold, and warns of one that is not ours', async () => {
    const catalog = await catalogWith({ users: { '': { selected: true } } });
    catalog.streams = catalog.streams.filter(({ stream }: { stream: string }) => stream === 'users');
    catalog.streams.push({ ...catalog.streams[0], stream: 'deals', tap_stream_id: 'deals' });
    const run = await sync(account.simulator, { catalog });
    expect(Object.keys(run.records)).toEqual(['users']);
    expect(run.stderr).toMatch(/^WARNING .*deals/m);
  });

  it('may hold an edited schema, which is then announced and kept to', async () => {
    const catalog = await catalogWith({ leads: { '': { selected: true } } });
    const [leads] = catalog.streams;
    leads.schema.properties = {
      id: { type: 'integer' },
      updated_at: { type: ['string', 'null'], format: 'date-time' },
      tags: {
        type: ['array', 'null'],
        items: { type: 'object', properties: { name: { type: ['string', 'null'] } } },
      },
    };
    const run = await sync(account.simulator, { catalog });
    expect(schemaOf(run, 'leads')?.schema?.properties).toEqual(leads.schema.properties);
    const tagged = run.records.leads!.find(({ tags }) => (tags as unknown[])?.length > 0);
    expect(Object.keys(tagged!)).toEqual(['id', 'updated_at', 'tags']);
    expect(Object.keys((tagged!.tags as object[])[0]!)).toEqual(['name']);
    expect(tagged!.updated_at).toMatch(/^\d{4}-.*Z$/);
  });

  it('may ask for a full table, which is then read from the start each time', async () => {
    const catalog = await catalogWith({
      leads: { '': { selected: true, 'replication-method': 'FULL_TABLE' } },
    });
    const run = await sync(account.simulator, { catalog });
    const again = await sync(account.simulator, { catalog, state: run.state });
    expect(again.records.leads).toHaveLength(run.records.leads!.length);
    expect(schemaOf(again, 'leads')?.bookmark_properties).toBeUndefined();
  });

  it('may ask for flattened columns', async () => {
    const catalog = await catalogWith({ users: { '': { selected: true } } });
    const users = catalog.streams.find(({ stream }: { stream: string }) => stream === 'users');
    users.schema.properties.rights = {
      type: ['object', 'null'],
      properties: { is_admin: { type: ['boolean', 'null'] }, leads: { type: ['object', 'null'] } },
    };
    const settings = { flattening_enabled: true, flattening_max_depth: 2 };
    const run = await sync(account.simulator, { catalog, settings });
    expect(columnsOf(run, 'users')).toEqual(
      columnsOf(all, 'users').flatMap((name) =>
        name === 'rights' ? ['rights__is_admin', 'rights__leads'] : [name],
      ),
    );
    const [user] = run.records.users!;
    expect(typeof user!.rights__is_admin).toBe('boolean');
    expect(JSON.parse(user!.rights__leads as string)).toHaveProperty('view');
  });
});

describe('--test', () => {
  it.each(['--test', '--test=all', '--test=records'])('%s gives one record of each stream', async (flag) => {
    const run = await sync(account.simulator, { flags: [flag] });
    expect(run.code).toBe(0);
    expect(
      Object.entries(run.records)
        .map(([stream, rows]) => [stream, rows.length])
        .toSorted(),
    ).toEqual(defaultNames.map((stream) => [stream, 1]).toSorted());
  });

  it('selects every stream, and moves no state', async () => {
    const catalog = await catalogWith({});
    const run = await sync(account.simulator, { catalog, state: all.state, flags: ['--test'] });
    expect(Object.keys(run.records).toSorted()).toEqual(defaultNames.toSorted());
    expect(run.state).toEqual(all.state);
  });

  it('=schema announces every stream and reads none', async () => {
    const run = await sync(account.simulator, { flags: ['--test=schema'] });
    expect(run).toMatchObject({ code: 0, records: {} });
    expect(run.messages.filter(({ type }) => type === 'SCHEMA').map(({ stream }) => stream)).toEqual(
      defaultNames,
    );
  });
});

describe('ACTIVATE_VERSION', () => {
  it('comes on request, for full tables, after their records', async () => {
    const run = await sync(account.simulator, { settings: { emit_activate_version_messages: true } });
    const activated = run.messages
      .filter(({ type }) => type === 'ACTIVATE_VERSION')
      .map(({ stream }) => stream);
    const fullTables = streams
      .filter(({ incremental, selectedByDefault }) => !incremental && selectedByDefault)
      .map(({ name }) => name);
    expect(activated.toSorted()).toEqual(fullTables.toSorted());
    for (const stream of defaultNames) {
      const ofStream = run.messages.filter((message) => message.stream === stream);
      const versions = new Set(
        ofStream.filter(({ type }) => type !== 'SCHEMA').map(({ version }) => version),
      );
      expect(versions.size).toBe(1);
      expect(ofStream.at(-1)?.type).toBe(activated.includes(stream) ? 'ACTIVATE_VERSION' : 'RECORD');
    }
  });
});

describe('logs (singer.md §7.10)', () => {
  it('are LEVEL and message, with counters that sum to what was read', () => {
    const lines = all.stderr.trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^(INFO|WARNING) \S/);
    const points = lines
      .filter((line) => line.startsWith('INFO METRIC: '))
      .map((line) => JSON.parse(line.slice('INFO METRIC: '.length)));
    for (const stream of streamNames) {
      const counted = points
        .filter(({ metric, tags }) => metric === 'record_count' && tags.stream === stream)
        .reduce((sum, { value }) => sum + value, 0);
      expect(counted, stream).toBe(all.records[stream]!.length);
    }
    const names = points.map(({ metric }) => metric);
    expect(new Set(names)).toEqual(new Set(['record_count', 'http_request_count', 'sync_duration']));
    for (const name of ['record_count', 'http_request_count', 'sync_duration']) {
      expect(names.filter((each) => each === name).length, name).toBeGreaterThanOrEqual(streamNames.length);
    }
  });

  it('time each request where somebody debugs', async () => {
    account.simulator.statistics.reset();
    const run = await sync(account.simulator, { environment: { TAP_KOMMO_LOGLEVEL: 'DEBUG' } });
    const timers = run.stderr
      .split('\n')
      .filter((line) => line.startsWith('DEBUG METRIC: '))
      .map((line) => JSON.parse(line.slice('DEBUG METRIC: '.length)));
    expect(timers).toHaveLength(account.simulator.statistics.requests);
    for (const timer of timers) {
      expect(timer).toMatchObject({ type: 'timer', metric: 'http_request_duration' });
    }
  });

  it('are JSON with nine keys where Meltano asks for it', async () => {
    const { config } = writeFiles({
      config: { formatters: { s: { '()': 'singer_sdk.logging.StructuredFormatter' } } },
    });
    const run = await sync(account.simulator, { environment: { SINGER_SDK_LOG_CONFIG: config } });
    const lines = run.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const line of lines) {
      expect(Object.keys(line)).toEqual(
        expect.arrayContaining([
          'level',
          'pid',
          'logger_name',
          'ts',
          'thread_name',
          'app_name',
          'stream_name',
          'message',
          'extra',
        ]),
      );
    }
    expect(lines.some(({ message, metric_info }) => message === 'METRIC' && metric_info.value > 0)).toBe(
      true,
    );
  });

  it('are as quiet as asked', async () => {
    const run = await sync(account.simulator, { environment: { LOGLEVEL: 'CRITICAL' } });
    expect(run).toMatchObject({ code: 0, stderr: '' });
  });
});
