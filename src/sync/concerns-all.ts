import { BlockedError, ConfigError, InterruptedError, NotAvailableError } from '../errors.ts';

/** Whether an error ends the whole run: not one list is refused, but all of them would be. */
export function concernsAll(error: unknown): boolean {
  if (error instanceof NotAvailableError) return false;
  return error instanceof BlockedError || error instanceof ConfigError || error instanceof InterruptedError;
}
