import { NotAvailableError, UnexpectedAnswerError } from '../errors.ts';
import { driveHost } from '../host.ts';
import type { Account } from './kommo-client.ts';
import { shortLine } from './problem.ts';

/** The host of the account's files, which only the account itself names (kommo-api.md §18.3). */
export interface Drive {
  /** Asks for it once; rejects with a NotAvailableError where the account names none. */
  origin(): Promise<string>;
  /** Keeps what an answer of the account says about it. */
  learn(account: Account): void;
}

export function createDrive(
  askAccount: (parts: readonly string[]) => Promise<Account>,
  accountOrigin: () => string,
): Drive {
  let named: unknown;
  let asking: Promise<unknown> | undefined;
  return {
    learn({ body }) {
      named = body.drive_url ?? named;
    },
    async origin() {
      if (named === undefined) {
        // An account that names none is asked once too.
        asking ??= askAccount(['drive_url']).catch((error: unknown) => {
          asking = undefined;
          throw error;
        });
        await asking;
      }
      return originOf(named, accountOrigin());
    },
  };
}

function originOf(named: unknown, accountOrigin: string): string {
  if (typeof named !== 'string' || named === '') {
    const needs = 'a Drive for files, which this account does not name';
    throw new NotAvailableError(
      `Kommo does not know the files of this account: it needs ${needs}.`,
      404,
      needs,
    );
  }
  const checked = driveHost(named, accountOrigin);
  if ('origin' in checked) return checked.origin;
  throw new UnexpectedAnswerError(
    `Kommo names an address for files that ${checked.problem} (${shortLine(named)}); nothing was sent there.`,
  );
}
