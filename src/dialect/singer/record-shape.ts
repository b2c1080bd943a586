import type { Log } from '../../log.ts';
import type { Stream } from '../../stream/declaration.ts';
import type { ShapedRecord } from '../../sync/event.ts';
import { automaticColumns, type CatalogEntry } from './catalog.ts';
import { type Convert, conversion, isAsIs } from './conform.ts';
import { type FlatteningOptions, flattening } from './flattening.ts';
import { publishedSchema, type SchemaNode } from './json-schema.ts';
import { selectedSchema } from './selection.ts';

/** What of a stream is delivered, and in which form. */
export interface RecordShape {
  /** The schema that is announced; the keys of every record are its properties. */
  schema: SchemaNode;
  /** The columns that the engine has to deliver for it. */
  columns: readonly string[];
  /** The JSON text of a record. */
  serialize(data: ShapedRecord['data']): string;
}

/** The shape that `entry` asks of `stream`; without an entry, the stream as it is. */
export function recordShape(
  stream: Stream,
  entry: CatalogEntry | undefined,
  options: FlatteningOptions | undefined,
  log: Log,
): RecordShape {
  const schema = askedSchema(stream, entry, log);
  const columns = Object.keys(stream.schema.properties).filter((name) =>
    Object.hasOwn(schema.properties ?? {}, name),
  );
  const convert = recordConversion(stream, schema, columns);
  if (options === undefined && convert === undefined) return { schema, columns, serialize: JSON.stringify };
  const flat = options && flattening(schema, options, stream.name);
  return {
    schema: flat?.schema ?? schema,
    columns,
    serialize: (data) => {
      const converted = convert?.(data) ?? data;
      return JSON.stringify(flat?.flatten(converted) ?? converted);
    },
  };
}

/** The catalog's schema, as far as records can be given it, cut to the selection; keys and cursor always in. */
function askedSchema(stream: Stream, entry: CatalogEntry | undefined, log: Log): SchemaNode {
  const own = publishedSchema(stream.schema);
  if (entry === undefined) return own;
  const edited = entry.schema?.properties === undefined ? own : entry.schema;
  const automatic = automaticColumns(stream);
  const selected = selectedSchema(entry, edited, automatic).properties ?? {};
  const properties: Record<string, SchemaNode> = {};
  for (const [name, column] of Object.entries(stream.schema.properties)) {
    const asked = selected[name] ?? (automatic.has(name) ? (column as SchemaNode) : undefined);
    if (asked === undefined) continue;
    const possible = conversion(column, asked) !== undefined;
    properties[name] = possible ? asked : (column as SchemaNode);
    if (!possible) {
      log(
        'warn',
        `The catalog gives ${stream.name}.${name} a type that its values cannot have; it keeps its own.`,
      );
    }
  }
  for (const name of Object.keys(selected)) {
    if (!Object.hasOwn(properties, name)) {
      log(
        'warn',
        `The catalog asks for ${stream.name}.${name}, which this stream does not have; it is left out.`,
      );
    }
  }
  const required = (edited.required ?? []).filter((name) => Object.hasOwn(properties, name));
  const { selected: _selected, inclusion: _inclusion, ...kept } = edited;
  return { ...kept, type: edited.type ?? 'object', properties, ...(required.length > 0 && { required }) };
}

function recordConversion(
  stream: Stream,
  schema: SchemaNode,
  columns: readonly string[],
): ((data: ShapedRecord['data']) => Record<string, unknown>) | undefined {
  const converts = columns.map((name): [string, Convert] => [
    name,
    // Every column of the schema was found convertible when the schema was made.
    conversion(stream.schema.properties[name]!, schema.properties?.[name] ?? {}) as Convert,
  ]);
  if (converts.every(([, convert]) => isAsIs(convert))) return undefined;
  return (data) => Object.fromEntries(converts.map(([name, convert]) => [name, convert(data[name] ?? null)]));
}
