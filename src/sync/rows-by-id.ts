import type { ListRequest } from '../api/kommo-client.ts';
import { NotAvailableError, RefusedRequestError } from '../errors.ts';
import type { List } from '../stream/declaration.ts';
import { mayBeForTheFilter } from './detour.ts';
import { recordAt } from './gone.ts';
import type { CountingClient } from './in-flight.ts';
import { parseRow, type Row } from './row.ts';

type Id = number | string;

const parameter = 'filter[id][]';
/** nginx refuses addresses above 8,190 characters (kommo-api.md §3), and proxies shorter ones. */
const longestQuery = 6_000;
/** Room for the other parameters of the query. */
const otherParameters = 300;

/** Records asked for by id: those that came, and those that neither the list nor their own address has. */
export interface Found {
  rows: Row[];
  gone: Id[];
}

/**
 * Asks a list for the records with these ids, a page at a time. What does not come is asked for once more, for pages
 * may end early, and then at its own address, which decides.
 */
export async function* rowsById(
  client: CountingClient,
  list: List,
  ids: readonly Id[],
  purpose: string,
): AsyncGenerator<Found> {
  for (const page of pagesOf(ids, list.pageSize)) {
    const missing = new Set(page);
    let isFruitful = true;
    for (let asked = 0; missing.size > 0 && (asked < 2 || isFruitful); asked += 1) {
      const rows = (await answer(client, list, [...missing], purpose)).filter(({ id }) => missing.has(id));
      for (const { id } of rows) missing.delete(id);
      isFruitful = rows.length > 0;
      if (isFruitful) yield { rows, gone: [] };
    }
    for (const id of missing) yield await atItsAddress(client, list, id, purpose);
  }
}

/** Nothing where the account refuses such a filter. */
async function answer(
  client: CountingClient,
  list: List,
  ids: readonly Id[],
  purpose: string,
): Promise<Row[]> {
  const { host, path, envelope, query, with: parts } = list;
  const request: ListRequest = {
    ...{ host, path, envelope, purpose },
    query: { ...query, limit: list.pageSize, with: parts.join(','), [parameter]: ids },
  };
  try {
    const { rows } = await client.list(request);
    return rows.map((row) => parseRow(row, list, purpose)).filter(isListed);
  } catch (error) {
    if (mayBeForTheFilter(error)) return [];
    throw error;
  }
}

/** Of a record that the token may not see, nothing is known. */
async function atItsAddress(client: CountingClient, list: List, id: Id, purpose: string): Promise<Found> {
  const { host, path, with: parts } = list;
  const where = { host, path: `${path}/${encodeURIComponent(id)}`, purpose };
  try {
    const body = await recordAt(client, where, { with: parts.join(',') });
    if (body === undefined) return { rows: [], gone: [id] };
    return { rows: [parseRow(body, list, purpose)].filter(isListed), gone: [] };
  } catch (error) {
    if (error instanceof NotAvailableError || error instanceof RefusedRequestError)
      return { rows: [], gone: [] };
    throw error;
  }
}

/** Rows of the bin are null almost everywhere, and must not replace what is known of a record. */
function isListed({ body }: Row): boolean {
  return body.is_deleted !== true;
}

function* pagesOf(ids: readonly Id[], most: number): Generator<Id[]> {
  let page: Id[] = [];
  let length = otherParameters;
  for (const id of ids) {
    const more = encodeURIComponent(parameter).length + String(id).length + 2;
    if (page.length === most || length + more > longestQuery) {
      yield page;
      page = [];
      length = otherParameters;
    }
    page.push(id);
    length += more;
  }
  if (page.length > 0) yield page;
}
