import { UsageError } from '../errors.ts';
import type { Stream } from '../stream/declaration.ts';

/** A stream to read. */
export interface Choice {
  readonly stream: Stream;
  /** It was named: a run without it has failed, even where the account cannot have it. */
  readonly required: boolean;
}

/**
 * The streams that a list such as `default,talk_messages` names, in the order in which the source offers them.
 * `default` stands for those that are read where none is named, `all` for every one.
 */
export function chooseStreams(streams: readonly Stream[], list = 'default'): readonly Choice[] {
  const words = new Set(list.split(',').map((word) => word.trim()));
  const known = [...streams.map((stream) => stream.name), 'default', 'all'];
  const unknown = [...words].find((word) => !known.includes(word));
  if (unknown !== undefined) {
    throw new UsageError(
      `--streams: there is no stream "${unknown}"; the streams are ${known.slice(0, -2).join(', ')}; ` +
        'all means every one, default those that are read when none is named',
    );
  }
  return streams.flatMap((stream) => {
    const required = words.has(stream.name);
    const meant = words.has('all') || (words.has('default') && stream.selectedByDefault);
    return required || meant ? [{ stream, required }] : [];
  });
}
