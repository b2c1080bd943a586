import { ConfigError } from '../../errors.ts';
import { isNullable, type SchemaNode, typesOf } from './json-schema.ts';

export interface FlatteningOptions {
  maxDepth: number;
  separator: string;
  maxKeyLength: number;
}

/** One column of a flattened record: where its value lies, and whether it is written as JSON text. */
interface Leaf {
  name: string;
  path: readonly string[];
  node: SchemaNode;
  asText: boolean;
}

export interface Flattened {
  schema: SchemaNode;
  flatten(record: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

/**
 * Unfolds objects with known properties down to `maxDepth`; arrays and deeper objects become JSON text, as
 * singer-sdk does it (singer.md §1.9). Leaves of a nullable object are nullable. A depth of 0 changes nothing.
 */
export function flattening(schema: SchemaNode, options: FlatteningOptions, stream: string): Flattened {
  if (options.maxDepth < 1) return { schema, flatten: (record) => record };
  const leaves = leavesOf(schema, [], false, options);
  const properties: Record<string, SchemaNode> = {};
  for (const leaf of leaves) {
    if (Object.hasOwn(properties, leaf.name)) {
      throw new ConfigError(
        `Flattening gives stream ${stream} two columns named ${leaf.name}: change flattening_separator, flattening_max_key_length or the selection.`,
      );
    }
    properties[leaf.name] = leaf.node;
  }
  return {
    schema: { ...schema, properties },
    flatten: (record) => Object.fromEntries(leaves.map((leaf) => [leaf.name, leafValue(record, leaf)])),
  };
}

function leavesOf(
  schema: SchemaNode,
  parents: readonly string[],
  nullable: boolean,
  options: FlatteningOptions,
): Leaf[] {
  return Object.entries(schema.properties ?? {}).flatMap(([property, node]): Leaf[] => {
    const path = [...parents, property];
    const types = typesOf(node);
    if (types.includes('object') && node.properties !== undefined && parents.length < options.maxDepth) {
      return leavesOf(node, path, nullable || isNullable(node), options);
    }
    const name = flattenedName(path, options);
    const asText = types.includes('object') || types.includes('array');
    return [{ name, path, node: leafNode(node, asText, nullable), asText }];
  });
}

function leafNode(node: SchemaNode, asText: boolean, nullableParent: boolean): SchemaNode {
  const types = asText ? ['string'] : typesOf(node).filter((type) => type !== 'null');
  if (types.length === 0) return node;
  const kept = asText ? { ...(node.description !== undefined && { description: node.description }) } : node;
  return { ...kept, type: nullableParent || isNullable(node) ? [...types, 'null'] : types };
}

function leafValue(record: Readonly<Record<string, unknown>>, leaf: Leaf): unknown {
  let value: unknown = record;
  for (const name of leaf.path) value = (value as Record<string, unknown> | null | undefined)?.[name];
  if (value === undefined || value === null) return null;
  return leaf.asText && typeof value !== 'string' ? JSON.stringify(value) : value;
}

/** The path joined; where that is too long, its parts are abbreviated, parents first. */
function flattenedName(path: readonly string[], { separator, maxKeyLength }: FlatteningOptions): string {
  const parts = [...path];
  for (let index = 0; index < parts.length && parts.join(separator).length >= maxKeyLength; index++) {
    parts[index] = abbreviated(parts[index] as string);
  }
  return parts.join(separator);
}

/** `custom_fields_values` → `cfv`; a single word → its first three letters. */
function abbreviated(word: string): string {
  const initials = word
    .replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase())
    .replace(/[a-z]/g, '');
  return (initials.length > 1 ? initials : word.slice(0, 3)).toLowerCase();
}
