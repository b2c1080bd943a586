import type { KommoClient } from '../api/kommo-client.ts';
import { NotAvailableError, RefusedRequestError } from '../errors.ts';
import type { Family } from './family.ts';
import type { ParentId } from './parents-done.ts';
import { pathSegment } from './path-segment.ts';

/** Whether a parent, whose list was not found, is itself no longer there; else it is the list that cannot be had. */
export async function isGone(client: KommoClient, family: Family, id: ParentId): Promise<boolean> {
  const { host, path } = family.parent.list;
  try {
    const { rows } = await client.list({
      ...{ host, path: `${path}/${pathSegment(id)}`, envelope: undefined, query: {} },
      purpose: family.stream.name,
    });
    return rows.length === 0;
  } catch (error) {
    const isAnswer = error instanceof NotAvailableError || error instanceof RefusedRequestError;
    if (isAnswer) return error.status === 404;
    throw error;
  }
}
