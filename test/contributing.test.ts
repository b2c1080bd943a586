/** Follows the five steps of CONTRIBUTING.md in a copy of the repository, for a stream of each kind. */
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from './cli/program.ts';
import { newFolder } from './new-folder.ts';

const names = ['ships', 'ship_cabins', 'blueprints'];

const run = promisify(execFile);
let copy: string;

const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
const steps = page
  .slice(page.indexOf('## Adding a stream'), page.indexOf('The conformance tests'))
  .split(/^(?=\d\. )/m)
  .slice(1);

beforeAll(() => {
  copy = join(newFolder(), 'copy');
  const left = /^(node_modules|dist|\.git|\.image|\.interop|kommo-demo\.db.*)$|^bench\/results/;
  cpSync(root, copy, { recursive: true, filter: (path) => !left.test(relative(root, path)) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});

const read = (path: string) => readFileSync(join(copy, path), 'utf8');
const write = (path: string, text: string) => writeFileSync(join(copy, path), text);
const change = (path: string, mark: string | RegExp, by: string) => {
  const before = read(path);
  const after = before.replace(mark, by);
  expect(after, `${path} has no ${mark}`).not.toBe(before);
  write(path, after);
};

test('there are five steps', () => {
  expect(steps).toHaveLength(5);
});

describe('the steps', () => {
  test('1: a schema each', () => {
    expect(steps[0]).toContain('`schemas/<name>.json`');
    const schema = (key: string[], columns: Record<string, string>) => ({
      $schema: 'http://json-schema.org/draft-07/schema#',
      description: 'An invented stream.',
      type: 'object',
      additionalProperties: true,
      properties: Object.fromEntries(
        Object.entries(columns).map(([name, type]) => [
          name,
          { type: key.includes(name) ? type : [type, 'null'], description: 'An invented column.' },
        ]),
      ),
      required: key,
    });
    const ships = schema(['id'], { id: 'integer', name: 'string', updated_at: 'integer' });
    const cabins = schema(['ship_id', 'id'], { ship_id: 'integer', id: 'integer', name: 'string' });
    const blueprints = schema(['uuid'], { uuid: 'string', name: 'string', updated_at: 'integer' });
    write('schemas/ships.json', JSON.stringify(ships));
    write('schemas/ship_cabins.json', JSON.stringify(cabins));
    write('schemas/blueprints.json', JSON.stringify(blueprints));
  });

  test('2: a declaration each, with what cannot be left out', () => {
    expect(steps[1]).toContain('`streams/<subject>/<name>.ts`');
    const imported = "import { defineStream } from '../../src/stream/declaration.ts';";
    write(
      'streams/sales/ships.ts',
      `${imported}
export const ships = defineStream({
  name: 'ships',
  cursor: 'updated_at',
  ordersByCursor: true,
  ordersById: true,
});`,
    );
    write(
      'streams/sales/ship_cabins.ts',
      `${imported}
import { ships } from './ships.ts';
export const shipCabins = defineStream({
  name: 'ship_cabins',
  path: '/api/v4/ships/{id}/cabins',
  envelope: 'cabins',
  key: ['ship_id', 'id'],
  parent: { list: ships.lists[0]!, adds: { ship_id: 'id' } },
});`,
    );
    write(
      'streams/files/blueprints.ts',
      `${imported}
export const blueprints = defineStream({
  name: 'blueprints',
  subject: 'files',
  host: 'drive',
  path: '/v1.0/blueprints',
  key: ['uuid'],
  identity: ['uuid'],
});`,
    );
  });

  test('3: a line each in the index', () => {
    expect(steps[2]).toContain('`streams/index.ts`');
    change(
      'streams/index.ts',
      /^/,
      `import { ships } from './sales/ships.ts';
import { shipCabins } from './sales/ship_cabins.ts';
import { blueprints } from './files/blueprints.ts';
`,
    );
    change(
      'streams/index.ts',
      /(export const streams: readonly Stream\[\] = \[)/,
      '$1 ships, shipCabins, blueprints,',
    );
  });

  test('4: their lists in the simulated account', () => {
    expect(steps[3]).toContain('`src/simulator/lists/`');
    write(
      'src/simulator/lists/ships.ts',
      `import { type ListDeclaration, plain } from '../list-declaration.ts';
import { shaped } from '../records/row.ts';
const name = (row: { index: number }) => 'No. ' + row.index;
export const shipLists: readonly ListDeclaration[] = [
  {
    ...plain, name: 'ships', path: 'ships', key: 'ships', orders: ['updated_at', 'id'], dates: ['updated_at'],
    rows: () => 700, firstId: 1,
    builder: shaped('ships', { fields: (row) => ({ id: row.id, name: name(row), updated_at: row.updated }) }),
  },
  {
    ...plain, name: 'ship_cabins', path: 'ships/{ships}/cabins', key: 'cabins',
    parent: { list: 'ships', field: 'ship_id', touched: false },
    stream: { name: 'ship_cabins', key: ({ id }, parent) => [parent!, id as number] },
    rows: () => 900, firstId: 1,
    builder: shaped('ship_cabins', {
      parentRow: ({ index, world }) => index % world.table('ships').historySize,
      fields: (row) => ({ id: row.id, name: name(row) }),
    }),
  },
  {
    ...plain, name: 'blueprints', host: 'drive', path: 'blueprints', key: 'blueprints', envelope: ['_count', '_links'],
    identity: 'uuid', textual: true, rows: () => 600, firstId: 1,
    builder: shaped('blueprints', {
      id: (row) => row.uuid(),
      fields: (row) => ({ uuid: row.uuid(), name: name(row), updated_at: row.updated }),
    }),
  },
];`,
    );
    change('src/simulator/lists.ts', /^/, "import { shipLists } from './lists/ships.ts';\n");
    change('src/simulator/lists.ts', '  ...customerLists,', '  ...customerLists, ...shipLists,');
    expect(steps[3]).toContain('`test/fixtures/kommo-endpoints.json`');
    const endpoints = JSON.parse(read('test/fixtures/kommo-endpoints.json'));
    const paged = { limit: 250, filters: ['page', 'limit'], orders: [], with: [] };
    endpoints.push(
      {
        ...{ ...paged, stream: 'ships', path: '/api/v4/ships', key: 'ships' },
        filters: [...paged.filters, 'filter[updated_at][from]', 'filter[updated_at][to]'],
        orders: ['updated_at', 'id'],
        fields: { id: 'integer', name: 'string', updated_at: 'integer' },
      },
      {
        ...{ ...paged, stream: 'ship_cabins', path: '/api/v4/ships/{id}/cabins', key: 'cabins' },
        fields: { id: 'integer', name: 'string' },
      },
      {
        ...{ ...paged, stream: 'blueprints', path: '{drive_url}/v1.0/blueprints', key: 'blueprints' },
        fields: { uuid: 'string', name: 'string', updated_at: 'integer' },
      },
    );
    write('test/fixtures/kommo-endpoints.json', JSON.stringify(endpoints));
  });

  test('5: generate what follows', async () => {
    expect(steps[4]).toContain('`npm run generate`');
    await run('npm', ['run', '--silent', 'generate'], { cwd: copy });
    for (const name of names) expect(read('README.md')).toContain(`docs/streams.md#${name}`);
  }, 60_000);

  test('are enough: the tests take the streams from the index, and pass', async () => {
    const report = join(copy, 'report.json');
    const files = [
      'test/conformance/airbyte/read.test.ts',
      'test/streams/endpoints.test.ts',
      'test/stream/schemas.test.ts',
      'test/simulator/endpoints.test.ts',
      'test/docs.test.ts',
    ];
    const chosen = [...names, 'what is generated is current', 'the read is complete'].join('|');
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/VITEST|NODE_OPTIONS/.test(name)),
    );
    await run('npx', ['vitest', 'run', ...files, '-t', chosen, '--reporter=json', `--outputFile=${report}`], {
      cwd: copy,
      env: environment,
    }).catch(() => {});
    const results = JSON.parse(readFileSync(report, 'utf8')).testResults.flatMap(
      ({ assertionResults }: { assertionResults: { fullName: string; status: string }[] }) =>
        assertionResults,
    );
    const ran = results.filter(
      ({ status }: { status: string }) => status === 'passed' || status === 'failed',
    );
    expect(ran.filter(({ status }: { status: string }) => status === 'failed')).toEqual([]);
    for (const name of names) {
      const own = ran.filter(({ fullName }: { fullName: string }) => fullName.split(' ').includes(name));
      expect(own.length, name).toBeGreaterThan(8);
    }
  }, 120_000);
});
