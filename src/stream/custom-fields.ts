import type { List, Stream } from './declaration.ts';
import type { Column, JsonType } from './schema.ts';

/** What an account knows of one of its custom fields (kommo-api.md §16.1). */
export interface CustomField {
  readonly id: number;
  readonly name: string;
  readonly code: string | undefined;
  readonly type: string;
  /** What can be chosen, where something can. */
  readonly options: readonly string[];
}

type Row = Record<string, unknown>;

/** What the values of a field become; they are JSON text where nothing is said. */
const typesOfOneValue: Readonly<Record<string, JsonType>> = {
  numeric: 'number',
  price: 'number',
  monetary: 'number',
  date: 'integer',
  date_time: 'integer',
  birthday: 'integer',
  checkbox: 'boolean',
  text: 'string',
  textarea: 'string',
  url: 'string',
  streetaddress: 'string',
  tracking_data: 'string',
  select: 'string',
  radiobutton: 'string',
  category: 'string',
};

const columnName = /^cf_[1-9]\d*$/;

/** The type of a field's column, which follows from the field's type alone, and whether it holds its only value. */
export function columnTypeOf(fieldType: string): { type: JsonType; holdsOneValue: boolean } {
  const type = Object.hasOwn(typesOfOneValue, fieldType) ? typesOfOneValue[fieldType] : undefined;
  return { type: type ?? 'string', holdsOneValue: type !== undefined };
}

/** The stream with a column for each of these fields at its end, in the order of ids. */
export function withFieldColumns(stream: Stream, fields: readonly CustomField[]): Stream {
  const columns = fields.map((field): [number, Column] => [
    field.id,
    { type: [columnTypeOf(field.type).type, 'null'], description: describe(field) },
  ]);
  return withColumns(stream, columns);
}

/**
 * The stream with those columns of custom fields that a catalog names, of the types that they have there: a catalog
 * that was made before is read as it is, whatever fields the account has now.
 */
export function withCatalogColumns(
  stream: Stream,
  properties: Readonly<Record<string, unknown>> | null | undefined,
): Stream {
  if (!stream.hasCustomFields) return stream;
  const columns = Object.entries(properties ?? {}).flatMap(([name, property]): [number, Column][] =>
    columnName.test(name) ? [[Number(name.slice(3)), { type: [typeIn(property), 'null'] }]] : [],
  );
  return withColumns(stream, columns);
}

const possibleTypes: readonly JsonType[] = ['number', 'integer', 'boolean'];

function typeIn(property: unknown): JsonType {
  const { type } = (property ?? {}) as { type?: unknown };
  return possibleTypes.find((possible) => [type].flat().includes(possible)) ?? 'string';
}

function withColumns(stream: Stream, columns: readonly [number, Column][]): Stream {
  if (columns.length === 0) return stream;
  const inOrder = [...columns].sort(([a], [b]) => a - b);
  const types = new Map(inOrder.map(([id, { type }]) => [id, (type as JsonType[])[0]!]));
  const own = Object.fromEntries(inOrder.map(([id, column]) => [`cf_${id}`, column]));
  const schema = { ...stream.schema, properties: { ...stream.schema.properties, ...own } };
  const lists = stream.lists.map(
    (list): List => ({
      ...list,
      rows: (row) => list.rows(row).map((record) => ({ ...record, ...valuesOf(record, types) })),
    }),
  );
  return { ...stream, schema, lists };
}

function valuesOf({ custom_fields_values: fields }: Row, types: ReadonlyMap<number, JsonType>): Row {
  const values: Row = {};
  if (!Array.isArray(fields)) return values;
  for (const field of fields) {
    const type = types.get(field?.field_id);
    if (type !== undefined) values[`cf_${field.field_id}`] ??= columnValueOf(field, type);
  }
  return values;
}

/** What fits no column of this type is left as it is: shaping reports it. */
function columnValueOf({ field_type, values }: Row, type: JsonType): unknown {
  const holdsOneValue = type !== 'string' || columnTypeOf(`${field_type}`).holdsOneValue;
  if (!holdsOneValue || !Array.isArray(values)) return values;
  return (values[0] as Row | undefined)?.value;
}

const mostOptions = 100;

function describe({ name, code, type, options }: CustomField): string {
  const facts = [`Custom field "${name}"`, ...(code === undefined ? [] : [`code ${code}`]), type];
  if (options.length === 0) return `${facts.join(', ')}.`;
  const shown = options.slice(0, mostOptions).join(', ');
  const more = options.length > mostOptions ? ` and ${options.length - mostOptions} more` : '';
  return `${facts.join(', ')}. Options: ${shown}${more}.`;
}
