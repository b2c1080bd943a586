import { UsageError } from '../errors.ts';
import type { Stream } from '../stream/declaration.ts';

/** The streams that a list such as `leads,users` names, in the order in which the source offers them. */
export function chooseStreams(streams: readonly Stream[], list: string | undefined): readonly Stream[] {
  if (list === undefined) return streams;
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !streams.some((stream) => stream.name === name));
  if (unknown !== undefined) {
    const known = streams.map((stream) => stream.name).join(', ');
    throw new UsageError(`--streams: there is no stream "${unknown}"; the streams are ${known}`);
  }
  return streams.filter((stream) => names.includes(stream.name));
}
