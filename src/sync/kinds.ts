import type { ListRequest } from '../api/kommo-client.ts';
import type { Kinds, List } from '../stream/declaration.ts';
import { mayBeForTheFilter } from './detour.ts';
import type { CountingClient } from './in-flight.ts';

/** So often in a row names are tried: an account may answer with nothing before it looks at the question. */
const mostTrials = 3;

/**
 * A client that asks a list for the kinds of rows that are declared. When the account refuses a question for the names
 * in it, they are tried one by one, and what is refused is left out; when it refuses all of them, it is asked for none.
 */
export function askingForKinds(
  client: CountingClient,
  { path, kinds }: Pick<List, 'path' | 'kinds'>,
): CountingClient {
  if (kinds === undefined) return client;
  let names: readonly string[] = [...kinds.names, ...(kinds.also ?? [])];
  let trial: Promise<readonly string[]> | undefined;
  return {
    ...client,
    async list(request) {
      if (request.path !== path) return await client.list(request);
      for (let trials = 0; ; ) {
        const asked = names;
        try {
          return await client.list(withNames(request, kinds, asked));
        } catch (error) {
          if (asked.length === 0 || !mayBeForTheFilter(error)) throw error;
          if (names !== asked) continue;
          // Refused without any name as well, it is not refused for them.
          const page = await client.list(request);
          trials += 1;
          trial ??= accepted(client, request, kinds, asked).finally(() => {
            trial = undefined;
          });
          names = trials > mostTrials ? [] : await trial;
          if (names.length === 0) return page;
        }
      }
    },
  };
}

function withNames(request: ListRequest, { parameter }: Kinds, names: readonly string[]): ListRequest {
  return names.length === 0 ? request : { ...request, query: { ...request.query, [parameter]: names } };
}

/** Those of the names with which the same question is not refused; none where three of different sorts are. */
async function accepted(
  client: CountingClient,
  request: ListRequest,
  kinds: Kinds,
  names: readonly string[],
): Promise<readonly string[]> {
  const isTaken = async (name: string) => {
    try {
      await client.list(withNames(request, kinds, [name]));
      return true;
    } catch (error) {
      if (!mayBeForTheFilter(error)) throw error;
      return false;
    }
  };
  const taken = new Map<string, boolean>();
  const sample = [names[0]!, names[names.length >> 1]!, names.at(-1)!];
  for (const name of new Set([...sample, ...names])) {
    taken.set(name, await isTaken(name));
    if (taken.size === sample.length && ![...taken.values()].includes(true)) return [];
  }
  return names.filter((name) => taken.get(name));
}
