import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Stream } from '../../src/stream/declaration.ts';
import { columnType } from '../../src/stream/schema.ts';
import { createShaper } from '../../src/stream/shape.ts';
import { streams } from '../../streams/index.ts';

const stream = (name: string) => streams.find((each) => each.name === name)!;

function shape(of: Stream, row: Record<string, unknown>, unknown: string[] = []) {
  const shaper = createShaper(of, Object.keys(of.schema.properties), (field) => unknown.push(field));
  const [body] = of.lists[0]!.rows(row);
  return shaper.shape(body!);
}

describe('columns', () => {
  test('are all there, in the order of the schema, null where Kommo sends nothing', () => {
    const { data, changes } = shape(stream('contacts'), { id: 7 });
    expect(Object.keys(data)).toEqual(Object.keys(stream('contacts').schema.properties));
    expect(Object.values(data).filter((value) => value !== null)).toEqual([7]);
    expect(changes).toBeUndefined();
  });

  test('hold the JSON text of what is an array or an object, and null stays null', () => {
    const values = [{ field_id: 1, values: [{ value: '14012' }] }];
    expect(shape(stream('leads'), { id: 1, custom_fields_values: values }).data.custom_fields_values).toBe(
      JSON.stringify(values),
    );
    expect(shape(stream('leads'), { id: 1, custom_fields_values: [] }).data.custom_fields_values).toBe('[]');
    expect(
      shape(stream('leads'), { id: 1, custom_fields_values: null }).data.custom_fields_values,
    ).toBeNull();
  });

  test('take what is embedded, under its own name or the one that Kommo gives it, without links', () => {
    const contacts = [{ id: 3, is_main: true, _links: { self: { href: 'x?page=1' } } }];
    const lead = shape(stream('leads'), { id: 1, _links: {}, _embedded: { contacts, tags: [] } }).data;
    expect(lead.contacts).toBe('[{"id":3,"is_main":true}]');
    expect(lead.tags).toBe('[]');
    const user = shape(stream('users'), { id: 1, _embedded: { roles: [{ id: 2, name: 'Sales' }] } }).data;
    expect(user.role).toBe('[{"id":2,"name":"Sales"}]');
    expect(user.group).toBeNull();
  });
});

test.each([
  ['integer', 'price', '12', 12],
  ['integer', 'price', '', null],
  ['integer', 'closed_at', 3_000_000_000, 3_000_000_000],
  ['boolean', 'is_deleted', 1, true],
  ['boolean', 'is_deleted', 'false', false],
  ['text', 'name', 5, '5'],
  ['text', 'name', 'a\u0000b', 'a\uFFFDb'],
  ['text', 'name', 'a\uD800b', 'a\uFFFDb'],
  ['text', 'name', 'Имя \u{1F600} \u2028 שם', 'Имя \u{1F600} \u2028 שם'],
])('%s column %s takes %j as %j', (_, column, sent, kept) => {
  const { data, changes } = shape(stream('leads'), { id: 1, [column]: sent });
  expect(data[column]).toBe(kept);
  expect(changes).toBeUndefined();
});

test.each([
  ['price', 1.5],
  ['price', 'many'],
  ['price', { amount: 1 }],
  ['is_deleted', 'perhaps'],
])('%s: %j fits no column, becomes null and is reported', (column, sent) => {
  const { data, changes } = shape(stream('leads'), { id: 1, [column]: sent });
  expect(data[column]).toBeNull();
  expect(changes).toEqual([{ field: column, change: 'NULLED' }]);
});

test("a task's result is its text, or null for the empty array", () => {
  expect(shape(stream('tasks'), { id: 1, result: { text: 'called' } }).data.result).toBe('called');
  expect(shape(stream('tasks'), { id: 1, result: [] }).data.result).toBeNull();
  expect(shape(stream('tasks'), { id: 1, result: null }).data.result).toBeNull();
});

test('statuses come out of the pipelines that hold them', () => {
  const pipeline = {
    id: 9,
    _embedded: {
      statuses: [
        { id: 142, pipeline_id: 9 },
        { id: 143, pipeline_id: 9 },
      ],
    },
  };
  expect(
    stream('statuses')
      .lists[0]!.rows(pipeline)
      .map(({ id }) => id),
  ).toEqual([142, 143]);
  expect(stream('statuses').lists[0]!.rows({ id: 9 })).toEqual([]);
});

test('a field without a column is reported once', () => {
  const unknown: string[] = [];
  const shaper = createShaper(stream('leads'), ['id'], (field) => unknown.push(field));
  for (let id = 1; id < 4; id += 1) {
    shaper.shape({ id, visitor_uid: null, price: 5, _links: {}, _embedded: { sender: { id: 1 } } });
  }
  expect(unknown).toEqual(['visitor_uid', 'sender']);
});

test('whatever Kommo sends, every column holds its type or null, and text is well-formed', () => {
  for (const each of streams) {
    const { properties } = each.schema;
    const row = fc.record(
      Object.fromEntries(
        Object.keys(properties).map((name) => [
          name,
          fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })),
        ]),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(row, (body) => {
        const shaper = createShaper(each, Object.keys(properties), () => {});
        for (const [name, value] of Object.entries(shaper.shape(body).data)) {
          if (value === null) continue;
          const type = columnType(properties[name]!);
          expect(typeof value).toBe(type === 'integer' ? 'number' : type);
          if (type === 'integer') expect(Number.isSafeInteger(value)).toBe(true);
          if (typeof value === 'string') expect(value.isWellFormed() && !value.includes('\0')).toBe(true);
        }
      }),
    );
  }
});
