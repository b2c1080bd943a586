import * as nodeFiles from 'node:fs/promises';
import { constants, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The operations on files that a place can refuse: a mount, an owner, a folder. */
export type FileOperations = Pick<typeof nodeFiles, 'access' | 'chown' | 'open' | 'rename'>;

interface Standing {
  uid: number;
  gid: number;
  mode: number;
  size: number;
}

/** Why a new file cannot take the place of the old one, although the old one may be writable as it stands. */
const inTheWay = new Set(['EACCES', 'EBUSY', 'EPERM', 'EROFS', 'EXDEV']);

/**
 * Replaces the file at `path` by `text`. Owner and mode stay; a new file is readable for its owner only. Whatever
 * happens on the way, the file holds the old or the new text as a whole, and after the promise resolves the new
 * text survives a crash. Where no other file can take its place (a mount of its own, a folder that may not be
 * written) the text is written into the file itself, in a single write that a crash of this program cannot cut.
 */
export async function replaceFile(path: string, text: string, files: FileOperations): Promise<void> {
  // Behind a link lies the file that is meant; the link itself stays.
  const target = await nodeFiles.realpath(path).catch(() => path);
  const standing = await standingOf(target);
  // A file that was made read-only stays as it is, although its folder would let another one take its place.
  if (standing !== undefined) await files.access(target, constants.W_OK);
  try {
    await putInPlace(target, text, standing, files);
  } catch (error) {
    if (standing === undefined || !inTheWay.has(codeOf(error))) throw error;
    await overwrite(target, text, files);
  }
}

/**
 * Finds out whether `replaceFile` would succeed with a text some `room` bytes longer than what is there. Changes
 * nothing: a process that shares no lock with this one may write the file at any moment, and what was read before
 * must not take the place of that.
 */
export async function rehearseReplacing(path: string, room: number, files: FileOperations): Promise<void> {
  const target = await nodeFiles.realpath(path).catch(() => path);
  const standing = await standingOf(target);
  if (standing !== undefined) await files.access(target, constants.W_OK);
  try {
    await withDraft(target, files, (_, file) => writeText(file, ' '.repeat((standing?.size ?? 0) + room)));
  } catch (error) {
    if (standing === undefined || !inTheWay.has(codeOf(error))) throw error;
  }
  if (standing !== undefined) await (await files.open(target, 'r+')).close();
}

async function standingOf(path: string): Promise<Standing | undefined> {
  const stats = await nodeFiles.stat(path).catch((error) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (stats?.isFile() === false) throw Object.assign(new Error(path), { code: 'not a regular file' });
  return stats;
}

async function putInPlace(
  target: string,
  text: string,
  standing: Standing | undefined,
  files: FileOperations,
): Promise<void> {
  await withDraft(target, files, async (draft, file) => {
    if (standing !== undefined) await takeStanding(draft, file, standing, files);
    await writeText(file, text);
    await files.rename(draft, target);
  });
  await syncFolder(dirname(target));
}

/** Lets `use` fill a file beside `target`, which is gone afterwards unless it was renamed. */
async function withDraft(
  target: string,
  files: FileOperations,
  use: (draft: string, file: FileHandle) => Promise<void>,
): Promise<void> {
  const draft = `${target}.${process.pid}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await files.open(draft, 'wx', 0o600);
    try {
      await use(draft, file);
    } finally {
      await file.close();
    }
  } finally {
    await nodeFiles.rm(draft, { force: true }).catch(() => {});
  }
}

async function writeText(file: FileHandle, text: string): Promise<void> {
  await file.writeFile(text);
  await file.sync();
}

async function takeStanding(
  draft: string,
  file: FileHandle,
  { uid, gid, mode }: Standing,
  files: FileOperations,
): Promise<void> {
  const own = await file.stat();
  if (own.uid !== uid || own.gid !== gid) await files.chown(draft, uid, gid);
  await file.chmod(mode & 0o7777);
}

/** One write covers all that was there, so that a reader never sees the end of the old text behind the new one. */
async function overwrite(target: string, text: string, files: FileOperations): Promise<void> {
  const file = await files.open(target, 'r+');
  try {
    const before = await file.readFile();
    const after = Buffer.from(text);
    const covering = Buffer.concat([after, Buffer.alloc(Math.max(0, before.length - after.length), ' ')]);
    try {
      await write(file, covering, after.length);
    } catch (error) {
      // The disk may be full: what was there fits.
      await write(file, before, before.length).catch(() => {});
      throw error;
    }
  } finally {
    await file.close();
  }
}

async function write(file: FileHandle, bytes: Buffer, length: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, done)).bytesWritten;
  }
  await file.truncate(length);
  await file.sync();
}

async function syncFolder(path: string): Promise<void> {
  // Some systems cannot sync a folder; the rename itself is atomic everywhere.
  const folder = await nodeFiles.open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
