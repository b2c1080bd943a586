import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export type JsonType = 'integer' | 'number' | 'string' | 'boolean' | 'null' | 'object' | 'array';

/** A column: the concrete type first, `null` after it; keys are not nullable. */
export interface Column {
  type: JsonType | JsonType[];
  description?: string;
}

/** JSON Schema draft-07 of a stream's records, one file under `schemas/` each. */
export interface StreamSchema {
  $schema: string;
  /** What the stream is. */
  description?: string;
  type: string | string[];
  additionalProperties?: boolean;
  properties: Record<string, Column>;
  required?: string[];
}

/** What `schemas/<stream>.json` says; read when somebody first wants to know, because most runs read few of the streams. */
export function readSchema(stream: string): StreamSchema {
  return require(`../../schemas/${stream}.json`);
}

/** The type a column holds beside null. */
export function columnType(column: Column): JsonType {
  const types = Array.isArray(column.type) ? column.type : [column.type];
  return types.find((type) => type !== 'null') ?? 'null';
}
