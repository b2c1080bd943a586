import type { LogLevel } from '../../log.ts';
import type {
  AirbyteCatalog,
  AirbyteConnectionStatus,
  AirbyteErrorTraceMessage,
  AirbyteMessage,
  ConnectorSpecification,
  StreamStatus,
} from './protocol.ts';

const levels = { debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;

/** Keeps the compiler's eye on every message that is not a record. */
const line = (message: AirbyteMessage): string => JSON.stringify(message);

export const specLine = (spec: ConnectorSpecification): string => line({ type: 'SPEC', spec });

export const connectionStatusLine = (connectionStatus: AirbyteConnectionStatus): string =>
  line({ type: 'CONNECTION_STATUS', connectionStatus });

export const catalogLine = (catalog: AirbyteCatalog): string => line({ type: 'CATALOG', catalog });

export const logLine = (level: LogLevel, message: string): string =>
  line({ type: 'LOG', log: { level: levels[level], message } });

export const errorLine = (error: AirbyteErrorTraceMessage, now: number): string =>
  line({ type: 'TRACE', trace: { type: 'ERROR', emitted_at: now, error } });

/** `quotaReset` (milliseconds) says that the stream waits for Kommo's limit until then. */
export const statusLine = (stream: string, status: StreamStatus, now: number, quotaReset?: number): string =>
  line({
    type: 'TRACE',
    trace: {
      type: 'STREAM_STATUS',
      emitted_at: now,
      stream_status: {
        stream_descriptor: { name: stream },
        status,
        ...(quotaReset !== undefined && {
          reasons: [{ type: 'RATE_LIMITED', rate_limited: { quota_reset: quotaReset } }],
        }),
      },
    },
  });

/** `recordCount`: records of the stream since its previous STATE. */
export const stateLine = (
  stream: string,
  streamState: Record<string, unknown>,
  recordCount: number,
): string =>
  line({
    type: 'STATE',
    state: {
      type: 'STREAM',
      stream: { stream_descriptor: { name: stream }, stream_state: streamState },
      sourceStats: { recordCount },
    },
  });

/** `config` is the whole configuration: the platform replaces what it has by it (airbyte.md §7). */
export const controlLine = (config: Record<string, unknown>, now: number): string =>
  line({
    type: 'CONTROL',
    control: { type: 'CONNECTOR_CONFIG', emitted_at: now, connectorConfig: { config } },
  });
