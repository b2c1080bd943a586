import type { KommoClient, ListRequest } from '../api/kommo-client.ts';
import { NotAvailableError, RefusedRequestError } from '../errors.ts';
import type { Family } from './family.ts';
import type { ParentId } from './parents-done.ts';
import { pathSegment } from './path-segment.ts';

/** The record at a path of its own; undefined where there is none. */
export async function recordAt(
  client: KommoClient,
  where: Pick<ListRequest, 'host' | 'path' | 'purpose'>,
  query: ListRequest['query'] = {},
): Promise<unknown> {
  try {
    const { rows } = await client.list({ ...where, envelope: undefined, query });
    return rows[0];
  } catch (error) {
    const isAnswer = error instanceof NotAvailableError || error instanceof RefusedRequestError;
    if (isAnswer && error.status === 404) return undefined;
    throw error;
  }
}

/** Whether a parent, whose list was not found, is itself no longer there; else it is the list that cannot be had. */
export async function isGone(client: KommoClient, family: Family, id: ParentId): Promise<boolean> {
  const { host, path } = family.parent.list;
  const where = { host, path: `${path}/${pathSegment(id)}`, purpose: family.stream.name };
  try {
    return (await recordAt(client, where)) === undefined;
  } catch (error) {
    if (error instanceof NotAvailableError || error instanceof RefusedRequestError) return false;
    throw error;
  }
}
