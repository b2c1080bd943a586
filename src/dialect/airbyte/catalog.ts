import type { Stream } from '../../stream/declaration.ts';
import type { AirbyteCatalog, AirbyteStream } from './protocol.ts';

/** What the streams offer, as their declarations say: no account is asked. */
export function discoverCatalog(streams: readonly Stream[]): AirbyteCatalog {
  return { streams: streams.map(describeStream) };
}

function describeStream(stream: Stream): AirbyteStream {
  const described: AirbyteStream = {
    name: stream.name,
    json_schema: { ...stream.schema },
    supported_sync_modes: ['full_refresh'],
    source_defined_primary_key: stream.key.map((column) => [column]),
  };
  if (stream.cursor === undefined) return { ...described, is_resumable: false };
  return {
    ...described,
    supported_sync_modes: ['full_refresh', 'incremental'],
    source_defined_cursor: true,
    default_cursor_field: [stream.cursor],
    is_resumable: true,
  };
}
