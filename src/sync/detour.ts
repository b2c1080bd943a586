import { NotAvailableError, RefusedRequestError } from '../errors.ts';

/** Not failures: what a walk finds out about the account that makes it the wrong walk. The engine takes another. */
/** The filter on the cursor is overlooked; or refused, with the message that says so. */
export class FiltersIgnored extends Error {}

/** The rows do not come in the order that was asked for, or in another one at each request. */
export class OrderIgnored extends Error {}

/** What was asked about is not over yet by the server's clock: the windows have to end earlier. */
export class WindowStillOpen extends Error {}

/** Meanwhile it is known that less has to be asked for than was. */
export class BoundsProven extends Error {}

/** The question itself does not suit the account, which may be for the filter in it. */
export function mayBeForTheFilter(error: unknown): error is RefusedRequestError | NotAvailableError {
  const isRefused = error instanceof RefusedRequestError || error instanceof NotAvailableError;
  return isRefused && (error.status === 400 || error.status === 422);
}
