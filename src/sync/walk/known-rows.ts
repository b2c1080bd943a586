import { TransientError } from '../../errors.ts';
import { recordAt } from '../gone.ts';
import type { Listing, Witness } from '../listing.ts';
import { parseRow, type Row } from '../row.ts';

/** Rows of the list were seen, in this run or when it was read last. */
export function hasRows({ witness, knownRows }: Listing): boolean {
  return witness !== undefined || knownRows > 0;
}

/** The record came into being after the second that the run reads up to: the next run brings it. */
export function isYoung({ options }: Listing, { cursor, body }: Row): boolean {
  return options.closed !== undefined && Number(body.created_at ?? cursor) > options.closed.value;
}

/** Whether the row is gone from the list, or has moved behind the second `to`: it is asked for by its id. */
export async function isLost(
  { list, purpose, options }: Listing,
  { id }: Witness,
  to: number,
): Promise<boolean> {
  const { host, path } = list;
  const body = await recordAt(options.client, { host, path: `${path}/${id}`, purpose });
  return body === undefined || parseRow(body, list, purpose).cursor > to;
}

/** Throws a TransientError where a list came empty again and again although a row that is known is still there. */
export async function checkEmptiness(listing: Listing): Promise<void> {
  const { witness, purpose } = listing;
  if (witness === undefined || (await isLost(listing, witness, Number.POSITIVE_INFINITY))) return;
  throw new TransientError(
    `${purpose}: Kommo answers again and again that there is nothing, although there are records.`,
  );
}
