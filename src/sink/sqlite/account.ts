import { ConfigError, TransientError } from '../../errors.ts';
import type { Database } from './database.ts';

export interface FileOwner {
  id: number;
  name: string;
}

/** What the file keeps of the account whose rows it holds. */
export interface FileAccount extends FileOwner {
  /** Unix seconds; undefined where Kommo does not say. */
  createdAt?: number | undefined;
  /** Three letters. */
  currency?: string | undefined;
  /** `America/Sao_Paulo` */
  timeZone?: string | undefined;
}

/**
 * Marks the file as this account's and as this run's. A file of another account is refused: ids of two accounts
 * in one table would overwrite each other.
 */
export function claimFile(database: Database, path: string, account: FileAccount, run: string): void {
  database.exec(
    'CREATE TABLE IF NOT EXISTS _kommo_account ' +
      '(id INTEGER PRIMARY KEY, name TEXT, run TEXT, currency TEXT, time_zone TEXT)',
  );
  const owner = readOwner(database);
  if (owner !== undefined && owner.id !== account.id) {
    throw new ConfigError(
      `${path} holds account ${owner.id} (${owner.name}), the settings are for account ${account.id} ` +
        `(${account.name}): name another file`,
    );
  }
  database
    .prepare(
      'INSERT OR REPLACE INTO _kommo_account (id, name, run, currency, time_zone) VALUES (?, ?, ?, ?, ?)',
    )
    .run(account.id, account.name, run, account.currency ?? null, account.timeZone ?? null);
}

/** The account whose rows the file holds; undefined for a file that no sync has written. */
export function readOwner(database: Database): FileOwner | undefined {
  return database.prepare<[], FileOwner>('SELECT id, name FROM _kommo_account').get();
}

/**
 * Throws once another run has claimed the file. Two runs at once would take each other's half-loaded tables and
 * states for their own; the one that came last goes on.
 */
export function requireClaim(database: Database, path: string, run: string): () => void {
  const statement = database.prepare<[], string>('SELECT run FROM _kommo_account').pluck();
  return () => {
    if (statement.get() !== run) {
      throw new TransientError(
        `Another sync started to write ${path}: this one stops and leaves the file to it`,
      );
    }
  };
}
