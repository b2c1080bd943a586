import type { StreamSchema } from '../../stream/schema.ts';

/** A JSON Schema as a catalog may hold it: ours, or one that its user has edited. */
export interface SchemaNode {
  type?: string | string[];
  format?: string;
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
  required?: string[];
  [keyword: string]: unknown;
}

/** The type names of a node; none where it does not say (`{}`, `anyOf`). */
export function typesOf(node: SchemaNode): readonly string[] {
  if (node.type === undefined) return [];
  return Array.isArray(node.type) ? node.type : [node.type];
}

export function isNullable(node: SchemaNode): boolean {
  return typesOf(node).includes('null');
}

/** A stream's own schema as a catalog shows it: without the keyword that names the dialect of JSON Schema. */
export function publishedSchema({ $schema: _, ...schema }: StreamSchema): SchemaNode {
  return schema as SchemaNode;
}
