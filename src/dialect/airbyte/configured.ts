import { ConfigError } from '../../errors.ts';
import { withCatalogColumns } from '../../stream/custom-fields.ts';
import type { Stream } from '../../stream/declaration.ts';
import type { PlannedStream } from '../../sync/event.ts';
import type { Failures } from '../../sync/run.ts';
import { ConfiguredAirbyteCatalog, type ConfiguredAirbyteStream, SyncMode } from './protocol.ts';
import { readStreamState } from './state.ts';

export interface ConfiguredPlan {
  plan: PlannedStream[];
  /** Streams that were asked for and cannot be read, and why; the others are read all the same. */
  failures: Failures;
}

/** What a configured catalog asks for, with the states of an earlier read. Throws ConfigError if it is none. */
export function planCatalog(
  catalog: unknown,
  streams: readonly Stream[],
  states: ReadonlyMap<string, unknown>,
  warn: (message: string) => void,
): ConfiguredPlan {
  const planned: ConfiguredPlan = { plan: [], failures: new Map() };
  for (const configured of readCatalog(catalog).streams) {
    const { name } = configured.stream;
    try {
      const known = streams.find((each) => each.name === name);
      if (known === undefined) {
        throw new ConfigError(`There is no stream ${name}. Refresh the schema of the source.`);
      }
      const stream = withCatalogColumns(known, configured.stream.json_schema?.properties);
      const state = readStreamState(name, states.get(name), warn);
      planned.plan.push({
        stream,
        mode: chooseMode(configured, stream),
        columns: choose(configured, stream),
        state,
        required: true,
      });
    } catch (error) {
      planned.failures.set(name, error);
    }
  }
  return planned;
}

function readCatalog(catalog: unknown): ConfiguredAirbyteCatalog {
  const kind = otherKind(catalog);
  if (kind !== undefined)
    throw new ConfigError(`The catalog is not a configured catalog of Airbyte, but ${kind}.`);
  const read = ConfiguredAirbyteCatalog.safeParse(catalog);
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue?.path.length ? issue.path.join('.') : 'the top';
    throw new ConfigError(
      `The catalog is not a configured catalog of Airbyte: at ${where}: ${issue?.message}.`,
    );
  }
  const names = read.data.streams.map(({ stream }) => stream.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new ConfigError(`The catalog lists the stream ${twice} twice.`);
  return read.data;
}

/** What a catalog is that is not a configured one, where that can be told. */
function otherKind(catalog: unknown): string | undefined {
  const { type, streams } = (catalog ?? {}) as { type?: unknown; streams?: unknown };
  const [first] = Array.isArray(streams) ? streams : [];
  if (type === 'CATALOG' || (first?.name !== undefined && first.stream === undefined)) {
    const place = type === 'CATALOG' ? 'catalog.streams.0' : 'streams.0';
    return `what discover prints: ${place} has to become {"stream": ${place}, "sync_mode": "full_refresh", "destination_sync_mode": "append"}, which says how to read it. To look at streams by name, leave --catalog out`;
  }
  if (first?.tap_stream_id !== undefined) return 'one of Singer, which tap-kommo takes';
  return undefined;
}

function chooseMode(configured: ConfiguredAirbyteStream, stream: Stream): SyncMode {
  const asked = SyncMode.safeParse(configured.sync_mode);
  if (!asked.success) {
    throw new ConfigError(
      `The stream ${stream.name} cannot be read in the sync mode "${configured.sync_mode}"; ` +
        `the modes are ${SyncMode.options.join(' and ')}.`,
    );
  }
  // PyAirbyte asks for every stream incrementally, whatever the stream offers (airbyte.md §4.5).
  return stream.incremental ? asked.data : 'full_refresh';
}

/** The columns the user selected, in the schema's order; keys and cursor cannot be left out. */
function choose(configured: ConfiguredAirbyteStream, stream: Stream): string[] {
  const columns = Object.keys(stream.schema.properties);
  const selected = configured.stream.json_schema?.properties;
  if (!selected || Object.keys(selected).length === 0) return columns;
  return columns.filter(
    (column) => Object.hasOwn(selected, column) || stream.key.includes(column) || column === stream.cursor,
  );
}
