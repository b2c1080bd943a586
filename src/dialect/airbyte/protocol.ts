/** The Airbyte protocol 0.18.0, as far as a source speaks and reads it. Facts: airbyte.md §1. */
import { z } from 'zod';

const Milliseconds = z.int();

export const StreamDescriptor = z.looseObject({
  name: z.string(),
  namespace: z.string().nullish(),
});
export type StreamDescriptor = z.infer<typeof StreamDescriptor>;

export const SyncMode = z.enum(['full_refresh', 'incremental']);
export type SyncMode = z.infer<typeof SyncMode>;

export const StreamStatus = z.enum(['STARTED', 'RUNNING', 'COMPLETE', 'INCOMPLETE']);
export type StreamStatus = z.infer<typeof StreamStatus>;

/** What comes back as state, nulls of other programs' optional fields included. */
export const AirbyteStreamState = z.looseObject({
  stream_descriptor: StreamDescriptor,
  stream_state: z.record(z.string(), z.unknown()).nullish(),
});
export type AirbyteStreamState = z.infer<typeof AirbyteStreamState>;

export const AirbyteStream = z.looseObject({
  name: z.string(),
  json_schema: z.record(z.string(), z.unknown()),
  supported_sync_modes: z.array(SyncMode),
  source_defined_cursor: z.boolean().optional(),
  default_cursor_field: z.array(z.string()).optional(),
  source_defined_primary_key: z.array(z.array(z.string())).optional(),
  is_resumable: z.boolean().optional(),
});
export type AirbyteStream = z.infer<typeof AirbyteStream>;

export const AirbyteCatalog = z.object({ streams: z.array(AirbyteStream) });
export type AirbyteCatalog = z.infer<typeof AirbyteCatalog>;

/** Only what this source goes by: anything else may be missing, null or new. */
export const ConfiguredAirbyteStream = z.looseObject({
  stream: z.looseObject({
    name: z.string(),
    json_schema: z.looseObject({ properties: z.record(z.string(), z.unknown()).nullish() }).nullish(),
  }),
  sync_mode: z.string(),
});
export type ConfiguredAirbyteStream = z.infer<typeof ConfiguredAirbyteStream>;

export const ConfiguredAirbyteCatalog = z.looseObject({ streams: z.array(ConfiguredAirbyteStream) });
export type ConfiguredAirbyteCatalog = z.infer<typeof ConfiguredAirbyteCatalog>;

export const AirbyteConnectionStatus = z.object({
  status: z.enum(['SUCCEEDED', 'FAILED']),
  message: z.string().optional(),
});
export type AirbyteConnectionStatus = z.infer<typeof AirbyteConnectionStatus>;

export const ConnectorSpecification = z.looseObject({
  connectionSpecification: z.record(z.string(), z.unknown()),
});
export type ConnectorSpecification = z.infer<typeof ConnectorSpecification>;

export const AirbyteErrorTraceMessage = z.object({
  message: z.string(),
  internal_message: z.string().optional(),
  stack_trace: z.string().optional(),
  failure_type: z.enum(['system_error', 'config_error', 'transient_error']),
  stream_descriptor: StreamDescriptor.optional(),
});
export type AirbyteErrorTraceMessage = z.infer<typeof AirbyteErrorTraceMessage>;

const AirbyteTraceMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ERROR'), emitted_at: Milliseconds, error: AirbyteErrorTraceMessage }),
  z.object({
    type: z.literal('STREAM_STATUS'),
    emitted_at: Milliseconds,
    stream_status: z.object({
      stream_descriptor: StreamDescriptor,
      status: StreamStatus,
      reasons: z
        .array(
          z.object({
            type: z.literal('RATE_LIMITED'),
            rate_limited: z.object({ quota_reset: Milliseconds }),
          }),
        )
        .optional(),
    }),
  }),
]);

/** Every message this source sends. */
export const AirbyteMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('SPEC'), spec: ConnectorSpecification }),
  z.object({ type: z.literal('CONNECTION_STATUS'), connectionStatus: AirbyteConnectionStatus }),
  z.object({ type: z.literal('CATALOG'), catalog: AirbyteCatalog }),
  z.object({
    type: z.literal('LOG'),
    log: z.object({ level: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']), message: z.string() }),
  }),
  z.object({ type: z.literal('TRACE'), trace: AirbyteTraceMessage }),
  z.object({
    type: z.literal('RECORD'),
    record: z.object({
      stream: z.string(),
      data: z.record(z.string(), z.unknown()),
      emitted_at: Milliseconds,
      meta: z
        .object({
          changes: z.array(
            z.object({ field: z.string(), change: z.enum(['NULLED', 'TRUNCATED']), reason: z.string() }),
          ),
        })
        .optional(),
    }),
  }),
  z.object({
    type: z.literal('STATE'),
    state: z.object({
      type: z.literal('STREAM'),
      stream: AirbyteStreamState,
      sourceStats: z.object({ recordCount: z.int() }),
    }),
  }),
  z.object({
    type: z.literal('CONTROL'),
    control: z.object({
      type: z.literal('CONNECTOR_CONFIG'),
      emitted_at: Milliseconds,
      connectorConfig: z.object({ config: z.record(z.string(), z.unknown()) }),
    }),
  }),
]);
export type AirbyteMessage = z.infer<typeof AirbyteMessage>;
