import { ConfigError } from '../../errors.ts';
import { StreamState } from '../../sync/state.ts';
import { AirbyteStreamState } from './protocol.ts';

type Blob = unknown;

/** The states in a state file, by stream and not yet looked into. Takes every shape of airbyte.md §2.3. */
export function readStateFile(file: unknown): Map<string, Blob> {
  if (file === undefined || file === null) return new Map();
  if (Array.isArray(file)) return new Map(file.flatMap((message) => [...readStateMessage(message)]));
  return readStateMessage(file);
}

function readStateMessage(message: unknown): Map<string, Blob> {
  if (!isObject(message)) throw notAState();
  if (isObject(message.state)) return readStateMessage(message.state);
  if (isObject(message.stream) && 'stream_descriptor' in message.stream) return readStreams([message.stream]);
  const global = message.global ?? message.global_;
  if (isObject(global)) return readStreams(global.stream_states);
  if (isObject(message.data)) return new Map(Object.entries(message.data));
  if (message.type === 'STREAM' || message.type === 'GLOBAL') throw notAState();
  // The oldest form: an object of blobs by stream.
  return new Map(Object.entries(message));
}

function readStreams(states: unknown): Map<string, Blob> {
  const read = AirbyteStreamState.array().safeParse(states);
  if (!read.success) throw notAState();
  return new Map(read.data.map((state) => [state.stream_descriptor.name, state.stream_state]));
}

const notAState = () =>
  new ConfigError(
    'The state is not a list of Airbyte stream states. Pass the states of an earlier read, or none.',
  );

/**
 * The state in `blob`, or undefined to start over: with a warning where there was something that cannot be
 * understood. Throws ConfigError for what a newer version of this program wrote.
 */
export function readStreamState(
  stream: string,
  blob: Blob,
  warn: (message: string) => void,
): StreamState | undefined {
  if (blob === undefined || blob === null || (isObject(blob) && holdsNothing(blob))) return undefined;
  const read = StreamState.safeParse(blob);
  if (read.success) return read.data;
  const known = StreamState.shape.version.value;
  if (isObject(blob) && typeof blob.version === 'number' && blob.version > known) {
    throw new ConfigError(
      `The state of ${stream} (state version ${blob.version}, this one ` +
        `reads ${known}). Use that version, or reset the stream.`,
    );
  }
  warn(`The state of ${stream} cannot be read; the stream is read from the start.`);
  return undefined;
}

/** Airbyte's own markers say that there is no cursor (airbyte.md §1.3). */
function holdsNothing(blob: Record<string, unknown>): boolean {
  return Object.keys(blob).every((key) => key.startsWith('__ab_'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
