import { describe, expect, it } from 'vitest';
import { type CatalogEntry, readCatalog } from '../../../src/dialect/singer/catalog.ts';
import type { SchemaNode } from '../../../src/dialect/singer/json-schema.ts';
import { isStreamSelected, selectedSchema } from '../../../src/dialect/singer/selection.ts';

const schema: SchemaNode = {
  type: 'object',
  required: ['id', 'name'],
  properties: {
    id: { type: 'integer' },
    name: { type: ['string', 'null'] },
    address: {
      type: ['object', 'null'],
      properties: {
        city: { type: ['string', 'null'] },
        geo: { type: 'object', properties: { lat: { type: 'number' }, lon: { type: 'number' } } },
      },
    },
  },
};

type Rule = [path: string, metadata: Record<string, unknown>];

function entryOf(rules: Rule[], extra: Record<string, unknown> = {}): CatalogEntry {
  const metadata = rules.map(([path, value]) => ({
    breadcrumb: path === '' ? [] : path.split('.').flatMap((name) => ['properties', name]),
    metadata: value,
  }));
  const streams = [{ tap_stream_id: 'things', schema, metadata, ...extra }];
  return readCatalog({ streams }, 'catalog.json').streams[0]!;
}

/** `name`, `address.geo.lat`: every leaf or empty object that is left. */
function names(node: SchemaNode, prefix = ''): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const below = names(child, `${prefix}${name}.`);
    return below.length > 0 ? below : [`${prefix}${name}`];
  });
}

function selected(rules: Rule[], extra?: Record<string, unknown>): string[] | 'not synced' {
  const entry = entryOf(rules, extra);
  if (!isStreamSelected(entry)) return 'not synced';
  return names(selectedSchema(entry, entry.schema!, new Set(['id'])));
}

const all = ['id', 'name', 'address.city', 'address.geo.lat', 'address.geo.lon'];

describe('the selection of singer.md §1.8', () => {
  it.each<[string, Rule[], string[] | 'not synced', Record<string, unknown>?]>([
    ['no metadata at all selects everything', [], all],
    ['a stream with nothing set is not synced', [['', { inclusion: 'available' }]], 'not synced'],
    ['a selected stream hands its choice down', [['', { selected: true }]], all],
    ['selected-by-default counts where selected is absent', [['', { 'selected-by-default': true }]], all],
    [
      'selected beats selected-by-default',
      [['', { selected: false, 'selected-by-default': true }]],
      'not synced',
    ],
    [
      'an unsupported stream is not synced',
      [['', { selected: true, inclusion: 'unsupported' }]],
      'not synced',
    ],
    [
      'an automatic stream is synced, deselected or not',
      [['', { selected: false, inclusion: 'automatic' }]],
      all,
    ],
    [
      'a deselected property goes',
      [
        ['', { selected: true }],
        ['name', { selected: false }],
      ],
      all.filter((name) => name !== 'name'),
    ],
    [
      'an automatic property stays',
      [
        ['', { selected: true }],
        ['name', { selected: false, inclusion: 'automatic' }],
      ],
      all,
    ],
    [
      'an unsupported property goes',
      [
        ['', { selected: true }],
        ['name', { selected: true, inclusion: 'unsupported' }],
      ],
      all.filter((name) => name !== 'name'),
    ],
    [
      'a deselected parent takes its children along',
      [
        ['', { selected: true }],
        ['address', { selected: false }],
        ['address.city', { selected: true, inclusion: 'automatic' }],
      ],
      ['id', 'name'],
    ],
    [
      'a property may be deselected at any depth',
      [
        ['', { selected: true }],
        ['address.geo.lat', { selected: false }],
      ],
      all.filter((name) => name !== 'address.geo.lat'),
    ],
    [
      'selected-by-default false holds until selected says otherwise',
      [
        ['', { selected: true }],
        ['name', { 'selected-by-default': false }],
        ['address.city', { 'selected-by-default': false, selected: true }],
      ],
      all.filter((name) => name !== 'name'),
    ],
    [
      'the key stays whatever the catalog says',
      [
        ['', { selected: true }],
        ['id', { selected: false, inclusion: 'unsupported' }],
      ],
      all,
    ],
    [
      'booleans may be text',
      [
        ['', { selected: 'true' }],
        ['name', { selected: 'False' }],
      ],
      all.filter((name) => name !== 'name'),
    ],
    ['the stream may be selected beside its name', [['', {}]], all, { selected: 'true' }],
    ['or deselected there', [['', {}]], 'not synced', { selected: false }],
    ['or within its schema', [['', {}]], all, { schema: { ...schema, selected: 'true' } }],
    [
      'and so may a property',
      [['', { selected: true }]],
      all.filter((name) => name !== 'name'),
      {
        schema: {
          ...schema,
          properties: { ...schema.properties, name: { type: 'string', selected: 'false' } },
        },
      },
    ],
  ])('%s', (_name, rules, expected, extra) => {
    expect(selected(rules, extra)).toEqual(expected);
  });

  it('keeps `required` to what is left, and drops the marks of older catalogs', () => {
    const entry = entryOf(
      [
        ['', { selected: true }],
        ['name', { selected: false }],
      ],
      { schema: { ...schema, selected: true, inclusion: 'available' } },
    );
    const { required, selected: mark, inclusion } = selectedSchema(entry, entry.schema!, new Set(['id']));
    expect({ required, mark, inclusion }).toEqual({
      required: ['id'],
      mark: undefined,
      inclusion: undefined,
    });
  });
});

it.each<[string, unknown]>([
  ['properties.name', { properties: { name: null } }],
  ['properties.address.properties.city', { properties: { address: { properties: { city: 'text' } } } }],
  ['properties', { properties: [] }],
  ['required', { required: 'id' }],
])('a schema that is none at %s is refused, and the place is named', (place, broken) => {
  const streams = [{ tap_stream_id: 'things', schema: broken }];
  expect(() => readCatalog({ streams }, 'catalog.json')).toThrow(
    new RegExp(`^The catalog catalog\\.json is not a Singer catalog: streams\\.0\\.schema\\.${place}: `),
  );
});
