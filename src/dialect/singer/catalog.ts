import { z } from 'zod';
import { ConfigError } from '../../errors.ts';
import type { Stream } from '../../stream/declaration.ts';
import { publishedSchema, type SchemaNode } from './json-schema.ts';

export type ReplicationMethod = 'FULL_TABLE' | 'INCREMENTAL';

/** Catalogs written by hand and by older tools spell booleans as text (singer.md §1.7). */
const Flag = z.preprocess(
  (value) =>
    typeof value === 'string' ? ({ true: true, false: false }[value.toLowerCase()] ?? value) : value,
  z.boolean().nullish(),
);

const Metadata = z.looseObject({
  inclusion: z.string().nullish(),
  selected: Flag,
  'selected-by-default': Flag,
  'table-key-properties': z.array(z.string()).nullish(),
  'replication-method': z.string().nullish(),
  'replication-key': z.string().nullish(),
});
export type Metadata = z.infer<typeof Metadata>;

/** As far as it is read; whatever else a node says is for the target. */
const Schema: z.ZodType<SchemaNode> = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  properties: z.lazy(() => z.record(z.string(), Schema)).optional(),
  required: z.array(z.string()).optional(),
});

const CatalogEntry = z.looseObject({
  tap_stream_id: z.string(),
  schema: Schema.nullish(),
  metadata: z.array(z.object({ breadcrumb: z.array(z.string()), metadata: Metadata })).nullish(),
  key_properties: z.array(z.string()).nullish(),
  replication_key: z.string().nullish(),
  replication_method: z.string().nullish(),
  selected: Flag,
});
export type CatalogEntry = z.infer<typeof CatalogEntry>;

const Catalog = z.looseObject({ streams: z.array(CatalogEntry) });
export type Catalog = z.infer<typeof Catalog>;

/** Reads a catalog file's content; a ConfigError names the first place that is not as a catalog should be. */
export function readCatalog(json: unknown, file: string): Catalog {
  const parsed = Catalog.safeParse(json);
  if (parsed.success) return parsed.data;
  const [first] = (json as { streams?: Record<string, unknown>[] } | undefined)?.streams ?? [];
  if (
    first?.tap_stream_id === undefined &&
    (first?.stream !== undefined || first?.json_schema !== undefined)
  ) {
    throw new ConfigError(
      `The catalog ${file} is one of Airbyte, which is for source-kommo read. tap-kommo --discover prints one for the tap.`,
    );
  }
  const issue = parsed.error.issues[0];
  const place = issue?.path.join('.') || 'top level';
  throw new ConfigError(`The catalog ${file} is not a Singer catalog: ${place}: ${issue?.message}.`);
}

/** The columns that are delivered whatever the selection says. */
export function automaticColumns(stream: Stream): ReadonlySet<string> {
  return new Set([...stream.key, ...(stream.cursor === undefined ? [] : [stream.cursor])]);
}

/** What `--discover` prints: every stream with a metadata entry for itself and for each of its columns. */
export function discoverCatalog(streams: readonly Stream[]): { streams: Record<string, unknown>[] } {
  return { streams: streams.map(discoverEntry) };
}

function discoverEntry(stream: Stream): Record<string, unknown> {
  const schema = publishedSchema(stream.schema);
  const automatic = automaticColumns(stream);
  const columns = Object.keys(schema.properties ?? {}).map((column) => ({
    breadcrumb: ['properties', column],
    metadata: { inclusion: automatic.has(column) ? 'automatic' : 'available' },
  }));
  return {
    tap_stream_id: stream.name,
    stream: stream.name,
    replication_method: stream.cursor === undefined ? 'FULL_TABLE' : 'INCREMENTAL',
    ...(stream.cursor !== undefined && { replication_key: stream.cursor }),
    key_properties: stream.key,
    schema,
    metadata: [{ breadcrumb: [], metadata: streamMetadata(stream) }, ...columns],
  };
}

function streamMetadata(stream: Stream): Record<string, unknown> {
  return {
    inclusion: 'available',
    'selected-by-default': stream.selectedByDefault,
    'table-key-properties': stream.key,
    'schema-name': stream.name,
    ...(!stream.incremental && { 'forced-replication-method': 'FULL_TABLE' }),
    ...(stream.cursor !== undefined && {
      'valid-replication-keys': [stream.cursor],
      'replication-key': stream.cursor,
    }),
  };
}
