import type { Log } from '../../log.ts';
import { withCatalogColumns } from '../../stream/custom-fields.ts';
import type { Stream } from '../../stream/declaration.ts';
import type { PlannedStream, SyncMode } from '../../sync/event.ts';
import { isUnderWay, type StreamState } from '../../sync/state.ts';
import type { Catalog, CatalogEntry } from './catalog.ts';
import { type RecordShape, recordShape } from './record-shape.ts';
import { isStreamSelected } from './selection.ts';
import type { TapOptions } from './settings.ts';
import type { Bookmarks } from './state.ts';

/** A stream as the engine reads it, and as its target gets it. */
export interface TapStream {
  planned: PlannedStream;
  shape: RecordShape;
  key: readonly string[];
  /** Marks the rows of this full-table read, where ACTIVATE_VERSION messages are wanted. */
  tableVersion: number | undefined;
}

export interface PlanInput {
  /** Those that a catalog can select, or that are read without one. */
  streams: readonly Stream[];
  /** Undefined selects all of them. */
  catalog: Catalog | undefined;
  /** Those that somebody asked for by name, without a catalog. */
  named: ReadonlySet<string>;
  bookmarks: Bookmarks;
  options: TapOptions;
  /** Milliseconds since the epoch: the version of the tables that this run begins. */
  now: number;
  log: Log;
}

/** What this run reads: of the streams all without a catalog, the selected ones with it. */
export function planTap(input: PlanInput): TapStream[] {
  const { streams, catalog, bookmarks, options, log } = input;
  const entries = new Map(catalog?.streams.map((entry) => [entry.tap_stream_id, entry]));
  const known = new Set(streams.map((stream) => stream.name));
  for (const name of entries.keys()) {
    if (!known.has(name))
      log('warn', `The catalog holds stream ${name}, which tap-kommo does not have; it is left out.`);
  }
  const planned = streams.flatMap((known): TapStream[] => {
    const entry = entries.get(known.name);
    if (catalog !== undefined && (entry === undefined || !isStreamSelected(entry))) return [];
    const stream = withCatalogColumns(known, entry?.schema?.properties);
    const shape = recordShape(stream, entry, options.flattening, log);
    const mode = syncMode(stream, entry, log);
    const before = bookmarks.of(stream.name, log);
    const tableVersion =
      options.activateVersions && mode === 'full_refresh' ? versionOf(stream, before, input) : undefined;
    // Rows sent without a version would be dropped when the new one is activated: such a read starts again.
    const state = tableVersion === input.now ? undefined : before;
    return [
      {
        planned: {
          stream,
          mode,
          columns: shape.columns,
          state,
          required: input.named.has(stream.name) || catalog !== undefined,
        },
        shape,
        key: keyOf(stream, entry, log),
        tableVersion,
      },
    ];
  });
  if (planned.length === 0) log('warn', 'The catalog selects no stream: there is nothing to read.');
  return planned;
}

/** An unfinished read goes on under the version that its first rows carry. */
function versionOf(stream: Stream, before: StreamState | undefined, { bookmarks, now }: PlanInput): number {
  const unfinished = isUnderWay(before, 'full_refresh', now / 1000);
  return (unfinished ? bookmarks.tableVersion(stream.name) : undefined) ?? now;
}

/** The replication method that the catalog asks for, where the stream can serve it. */
function syncMode(stream: Stream, entry: CatalogEntry | undefined, log: Log): SyncMode {
  const own: SyncMode = stream.incremental ? 'incremental' : 'full_refresh';
  if (entry === undefined) return own;
  const metadata = streamMetadata(entry);
  // Users and Meltano's `metadata` extra write the metadata; what stands beside it came from discovery.
  const method = metadata['replication-method'] ?? entry.replication_method;
  const key = metadata['replication-key'] ?? entry.replication_key;
  if (method === 'FULL_TABLE') return 'full_refresh';
  if (method !== undefined && method !== null && (method !== 'INCREMENTAL' || own === 'full_refresh')) {
    log('warn', `Stream ${stream.name} cannot be replicated as ${method}; ${methodName(own)} it is.`);
  }
  if (stream.cursor !== undefined && key !== undefined && key !== null && key !== stream.cursor) {
    log(
      'warn',
      `Stream ${stream.name} cannot be replicated by ${key}; its replication key is ${stream.cursor}.`,
    );
  }
  return own;
}

/** The key is a fact of the data: a table with another one would lose rows or keep them twice. */
function keyOf(stream: Stream, entry: CatalogEntry | undefined, log: Log): readonly string[] {
  const asked = entry && (streamMetadata(entry)['table-key-properties'] ?? entry.key_properties);
  if (asked === undefined || asked === null) return stream.key;
  // None at all is a wish that can be served: a target then keeps every version of a record.
  if (asked.length === 0) return [];
  if (asked.length !== stream.key.length || !stream.key.every((column) => asked.includes(column))) {
    log(
      'warn',
      `Stream ${stream.name} has the key ${stream.key.join(', ')}; the catalog's ${asked.join(', ')} is not one.`,
    );
  }
  return stream.key;
}

function streamMetadata(entry: CatalogEntry) {
  return entry.metadata?.find(({ breadcrumb }) => breadcrumb.length === 0)?.metadata ?? {};
}

function methodName(mode: SyncMode): string {
  return mode === 'incremental' ? 'INCREMENTAL' : 'FULL_TABLE';
}
