import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';

const poll = 100;
/** The holder shows this often that it is alive … */
const heartbeat = 2_000;
/** … and is taken for dead when it did not for this long. */
const silence = 15_000;

/**
 * Runs `work` while no other process does so with the same `path`, which exists only meanwhile. A lock whose
 * holder died is taken over after a while. Rejects when `path` cannot be created.
 */
export async function withFileLock<T>(path: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  const owner = `${process.pid} ${crypto.randomUUID()}\n`;
  await acquire(path, owner, clock);
  // A sign of life of this process, whatever time the program is told.
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), heartbeat);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if ((await holder(path)) === owner) await rm(path, { force: true });
  }
}

async function acquire(path: string, owner: string, clock: Clock): Promise<void> {
  // Ages are measured by our own clock from what we see change: the file's times may come from another machine.
  let seen: string | undefined;
  let seenAt = clock.now();
  while (!(await create(path, owner))) {
    const sign = await lifeSign(path);
    if (sign !== seen) {
      seen = sign;
      seenAt = clock.now();
    } else if (sign !== undefined && clock.now() - seenAt > silence) {
      if (await takeOver(path, sign, owner, clock)) return;
      seen = undefined;
    }
    await clock.sleep(poll);
  }
}

async function create(path: string, owner: string): Promise<boolean> {
  try {
    await writeFile(path, owner, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Two may find the same holder dead: the last one to replace the file has it, which both see after a moment. */
async function takeOver(path: string, sign: string, owner: string, clock: Clock): Promise<boolean> {
  const draft = `${path}.${crypto.randomUUID().slice(0, 8)}`;
  await writeFile(draft, owner, { flag: 'wx', mode: 0o600 });
  if ((await lifeSign(path)) !== sign) {
    await rm(draft, { force: true });
    return false;
  }
  await rename(draft, path);
  await clock.sleep(5 * poll);
  return (await holder(path)) === owner;
}

async function lifeSign(path: string): Promise<string | undefined> {
  const [owner, stats] = await Promise.all([holder(path), stat(path).catch(() => undefined)]);
  return owner === undefined || stats === undefined ? undefined : `${owner}${stats.mtimeMs}`;
}

function holder(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
