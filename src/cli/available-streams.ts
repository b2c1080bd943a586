import type { KommoClient } from '../api/kommo-client.ts';
import { ConfigError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Stream } from '../stream/declaration.ts';
import { findAvailability } from '../sync/availability.ts';

/**
 * The streams that this account and token can have; each that is left out is named, with what it needs. Throws a
 * ConfigError where nothing is left.
 */
export async function availableStreams(
  client: KommoClient,
  streams: readonly Stream[],
  log: Log,
): Promise<readonly Stream[]> {
  const availability = await findAvailability(client, streams);
  const available = streams.filter((stream) => {
    const { isAvailable, refused } = availability.get(stream)!;
    if (!isAvailable) log('warn', `${stream.name} is left out of the catalog. ${refused[0]!.error.message}`);
    return isAvailable;
  });
  if (available.length > 0) return available;
  throw new ConfigError(
    'This account and this token cannot have any stream: use the token of an administrator, and check the plan of the account.',
  );
}
