import SQLite from 'better-sqlite3';
import { ConfigError, TransientError } from '../../errors.ts';

/** What an error of SQLite means to the owner of the file; other errors pass unchanged. */
export function toUserError(error: unknown, path: string): unknown {
  if (!(error instanceof SQLite.SqliteError)) return error;
  const context = { cause: error, detail: `${error.code}: ${error.message}` };
  // The first two words of a code are the class, what follows refines it: SQLITE_BUSY_SNAPSHOT.
  const [, family] = error.code.split('_');
  switch (family) {
    case 'NOTADB':
      return new ConfigError(`${path} is not a SQLite database: name another file`, context);
    case 'CORRUPT':
      return new ConfigError(`${path} is damaged: restore it from a copy, or name a new file`, context);
    case 'CANTOPEN':
    case 'PERM':
    case 'AUTH':
      return new ConfigError(`${path} cannot be opened: check the path and its permissions`, context);
    case 'READONLY':
      return new ConfigError(
        `${path} cannot be written: check its permissions and those of its folder`,
        context,
      );
    case 'BUSY':
    case 'LOCKED':
      return new TransientError(
        `${path} is locked by another program: wait until it is finished, then start again`,
        context,
      );
    case 'FULL':
      return new TransientError(
        `No space left for ${path}: free some space, then start again to continue`,
        context,
      );
    case 'IOERR':
      return new TransientError(
        `${path} could not be read or written: check the disk, then start again`,
        context,
      );
    default:
      return error;
  }
}
