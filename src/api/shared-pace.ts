import { lstat, mkdir, open, readdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../errors.ts';

/** Starts that several processes of one user on one machine take turns at. */
export interface SharedPace {
  /** The first moment from `earliest` on at which a start is nobody else's; it is ours from now on. Milliseconds. */
  reserve(earliest: number): Promise<number>;
}

/** A mark of a start that is over for so long is of no use to anybody. */
const stale = 10_000;

/**
 * The pace of the group `name`: moments that are `spacing` milliseconds apart by the clock of the machine, each taken
 * by who makes the file that stands for it. A file is made by one process alone, so nobody has to wait for a lock, and
 * a process that dies leaves nothing locked.
 */
export function createSharedPace(name: string, spacing: number, folder = tmpdir()): SharedPace {
  const path = join(folder, `source-kommo-${userInfo().username.replaceAll(/\W/g, '_')}-${name}`);
  const marks: { moment: number; file: string }[] = [];
  let ready: Promise<void> | undefined;
  let latest = Number.NEGATIVE_INFINITY;

  async function take(moment: number): Promise<boolean> {
    const file = join(path, `${moment}`);
    try {
      await (await open(file, 'wx', 0o600)).close();
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw unusable(error);
    }
    marks.push({ moment, file });
    return true;
  }

  return {
    async reserve(earliest) {
      ready ??= prepare(path, (earliest - stale) / spacing);
      await ready;
      let moment = Math.max(latest + 1, Math.ceil(earliest / spacing));
      while (!(await take(moment))) moment += 1;
      latest = moment;
      while (marks[0] !== undefined && marks[0].moment * spacing < earliest - stale)
        await rm(marks.shift()!.file, { force: true });
      return moment * spacing;
    },
  };
}

/** Makes the folder, which has to be our own, and removes what earlier processes left in it. */
async function prepare(path: string, before: number): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    const found = await lstat(path);
    const { uid } = userInfo();
    if (!found.isDirectory() || (uid >= 0 && found.uid !== uid)) throw new Error('not a folder of this user');
    for (const file of await readdir(path))
      if (Number(file) < before) await rm(join(path, file), { force: true });
  } catch (error) {
    throw unusable(error);
  }
}

function unusable(error: unknown): ConfigError {
  const reason = codeOf(error) ?? (error instanceof Error ? error.message : String(error));
  return new ConfigError(
    `rate_limit_group: the folder for temporary files cannot be used to share the rate (${reason}).`,
    { cause: error },
  );
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
