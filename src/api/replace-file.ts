import { open, realpath, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces the file at `path` by `text`, readable for its owner only. Whatever happens on the way, the file holds
 * the old or the new text as a whole, and after the promise resolves the new text survives a crash.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  // Behind a link lies the file that is meant; the link itself stays.
  const target = await realpath(path).catch(() => path);
  const draft = `${target}.${process.pid}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(dirname(target));
}

async function syncFolder(path: string): Promise<void> {
  // Some systems cannot sync a folder; the rename itself is atomic everywhere.
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
