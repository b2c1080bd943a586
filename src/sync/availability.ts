import type { KommoClient } from '../api/kommo-client.ts';
import { NotAvailableError, TokenRefusedError } from '../errors.ts';
import type { List, Stream } from '../stream/declaration.ts';
import { placed } from './child.ts';

/** What this account and this token can have of a stream. */
export interface Availability {
  /** The lists that are refused; a stream is not available when all of them are. */
  readonly refused: readonly { list: List; error: NotAvailableError }[];
  readonly isAvailable: boolean;
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Asks each list of the streams for one row, each once however many streams it feeds, and a list that hangs on others
 * for the first of those. Rejects with whatever is no refusal of one list, as a token is that is taken for none.
 */
export async function findAvailability(
  client: KommoClient,
  streams: readonly Stream[],
): Promise<ReadonlyMap<Stream, Availability>> {
  const asked = new Map<string, Promise<Row | undefined>>();
  const ask = (list: List, path: string, query: List['query']) => {
    const { host, envelope, isPaged } = list;
    const key = `${host}${path}?${JSON.stringify(query)}`;
    const one = isPaged ? { ...query, limit: 1 } : query;
    const answer =
      asked.get(key) ??
      client
        .list({ path, host, envelope, query: one, purpose: path.split('/').slice(3).join('/') })
        .then(({ rows }) => rows[0] as Row | undefined);
    asked.set(key, answer);
    return answer;
  };
  const look = async (list: List): Promise<Row | undefined> => {
    const { parent, path, query } = list;
    if (parent === undefined) return await ask(list, path, query);
    const row = await look(parent.list);
    // Where there is nothing that it could hang on, nothing speaks against it.
    if (row === undefined || !parent.when(row)) return undefined;
    const id = row[parent.many?.field ?? parent.list.identity[0]!] as string | number;
    const own = placed(list, parent, [id], row).list;
    return await ask(list, own.path, own.query);
  };
  const untaken: TokenRefusedError[] = [];
  const refusalOf = async (list: List) => {
    try {
      await look(list);
      return [];
    } catch (error) {
      if (error instanceof NotAvailableError) return [{ list, error }];
      if (!(error instanceof TokenRefusedError) || !(error.cause instanceof NotAvailableError)) throw error;
      untaken.push(error);
      return [{ list, error: error.cause }];
    }
  };
  const found = streams.map(async (stream): Promise<[Stream, Availability]> => {
    const refused = (await Promise.all(stream.lists.map(refusalOf))).flat();
    return [stream, { refused, isAvailable: refused.length < stream.lists.length }];
  });
  const availability = new Map(await Promise.all(found));
  if (untaken.length === streams.flatMap(({ lists }) => lists).length && untaken.length > 0)
    throw untaken[0]!;
  return availability;
}
