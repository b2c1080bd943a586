import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import * as files from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type FileOperations, rehearseReplacing, replaceFile } from '../../src/api/replace-file.ts';
import { newFolder } from '../new-folder.ts';

let folder: string;
beforeEach(() => {
  folder = newFolder();
});

test('a reader sees the old or the new text as a whole, at any moment', async () => {
  const path = join(folder, 'tokens.json');
  const text = (letter: string) => letter.repeat(300_000);
  await replaceFile(path, text('a'), files);
  const seen = new Set<string>();
  let isDone = false;
  const reading = (async () => {
    while (!isDone) seen.add(await files.readFile(path, 'utf8'));
  })();
  for (const letter of 'bcdefghijk') await replaceFile(path, text(letter), files);
  isDone = true;
  await reading;
  const whole = new Set(Array.from('abcdefghijk', text));
  expect([...seen].filter((content) => !whole.has(content))).toEqual([]);
  expect(readFileSync(path, 'utf8')).toBe(text('k'));
  expect(readdirSync(folder)).toEqual(['tokens.json']);
});

test('a new file is for its owner only', async () => {
  const path = join(folder, 'tokens.json');
  await replaceFile(path, 'new', files);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test.each([0o600, 0o640, 0o664])('a file keeps its mode: %o', async (mode) => {
  const path = join(folder, 'config.json');
  writeFileSync(path, 'old');
  chmodSync(path, mode);
  await replaceFile(path, 'new', files);
  expect(statSync(path).mode & 0o777).toBe(mode);
  expect(readFileSync(path, 'utf8')).toBe('new');
});

test('a link stays a link', async () => {
  const path = join(folder, 'real.json');
  const link = join(folder, 'link.json');
  writeFileSync(path, 'old');
  symlinkSync(path, link);
  await replaceFile(link, 'new', files);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe('new');
});

test('what fails leaves nothing behind', async () => {
  const path = join(folder, 'taken');
  mkdirSync(path);
  writeFileSync(join(path, 'inside'), '');
  await expect(replaceFile(path, 'new', files)).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(['taken']);
});

/** The operations of a place that refuses some of them. */
const refusing = (refused: Partial<Record<keyof FileOperations, string>>): FileOperations => ({
  ...files,
  ...Object.fromEntries(
    Object.entries(refused).map(([operation, code]) => [
      operation,
      () => Promise.reject(Object.assign(new Error(operation), { code })),
    ]),
  ),
});

describe('a file whose place no other one can take is written as it stands', () => {
  let path: string;
  beforeEach(() => {
    path = join(folder, 'config.json');
    writeFileSync(path, 'old');
    chmodSync(path, 0o664);
  });

  test.each([
    ['a mount of its own', { rename: 'EBUSY' }],
    ['a folder on another device', { rename: 'EXDEV' }],
    ['a sticky folder of somebody else', { rename: 'EPERM' }],
  ])('%s', async (_, refused) => {
    const { ino } = statSync(path);
    for (const text of ['a longer text than before', 'short']) {
      await replaceFile(path, text, refusing(refused));
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
    expect(statSync(path)).toMatchObject({ ino, mode: 0o100664 });
    expect(readdirSync(folder)).toEqual(['config.json']);
  });

  test.each(['EACCES', 'EROFS', 'EPERM'])('a folder that may not be written (%s)', async (code) => {
    const open = (async (path, flags, mode) => {
      if (flags === 'wx') throw Object.assign(new Error('no'), { code });
      return files.open(path, flags, mode);
    }) as typeof files.open;
    await replaceFile(path, 'new', { ...files, open });
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  test('a file of an owner whom we cannot give a new one', async () => {
    const { ino } = statSync(path);
    const open = (async (path, flags, mode) => {
      const file = await files.open(path, flags, mode);
      const stat = async () => ({ ...(await files.stat(path)), uid: 4711 });
      return Object.assign(file, { stat });
    }) as typeof files.open;
    await replaceFile(path, 'new', { ...refusing({ chown: 'EPERM' }), open });
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).ino).toBe(ino);
    expect(readdirSync(folder)).toEqual(['config.json']);
  });

  test('a disk that is full in the middle of it leaves the old text', async () => {
    writeFileSync(path, 'the text of before');
    let isFull = false;
    const open = (async (path, flags, mode) => {
      const file = await files.open(path, flags, mode);
      const write = file.write.bind(file) as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
      const writeUntilFull = async (bytes: Buffer, offset: number, length: number, position: number) => {
        if (isFull || length < 100) return write(bytes, offset, length, position);
        isFull = true;
        await write(bytes, offset, 50, position);
        throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      };
      return Object.assign(file, { write: writeUntilFull });
    }) as typeof files.open;
    const text = 'new '.repeat(100);
    await expect(replaceFile(path, text, { ...refusing({ rename: 'EBUSY' }), open })).rejects.toThrow('full');
    expect(readFileSync(path, 'utf8')).toBe('the text of before');
  });

  test('a reader never sees the one text behind the other', async () => {
    const texts = [JSON.stringify({ a: 'long '.repeat(200) }), JSON.stringify({ a: 'short' })];
    await replaceFile(path, texts[0]!, files);
    const seen = new Set<string>();
    let isDone = false;
    const reading = (async () => {
      while (!isDone) seen.add(await files.readFile(path, 'utf8'));
    })();
    for (let i = 1; i <= 50; i++) await replaceFile(path, texts[i % 2]!, refusing({ rename: 'EBUSY' }));
    isDone = true;
    await reading;
    for (const text of seen) {
      // A reader that asked how long the file is before it grew sees no more than the beginning.
      expect(texts.filter((whole) => whole.startsWith(text.trimEnd()))).not.toEqual([]);
    }
  });
});

test.each(['EACCES', 'EROFS'])('a file that is read-only is left alone (%s)', async (code) => {
  const path = join(folder, 'config.json');
  writeFileSync(path, 'old');
  await expect(replaceFile(path, 'new', refusing({ access: code }))).rejects.toMatchObject({ code });
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['config.json']);
});

test('a pipe is no place to keep anything', async () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  await expect(replaceFile(path, 'new', files)).rejects.toMatchObject({ code: 'not a regular file' });
});

describe('a rehearsal', () => {
  const standing = (path: string) => {
    const { ino, mtimeMs, mode } = statSync(path);
    return { ino, mtimeMs, mode, text: readFileSync(path, 'utf8') };
  };

  test.each([
    ['where another file can take its place', {}],
    ['where it is a mount of its own', { rename: 'EBUSY' }],
  ])('leaves the file as it is: another process may write it at any moment (%s)', async (_, refused) => {
    const path = join(folder, 'config.json');
    writeFileSync(path, 'old');
    const before = standing(path);
    await rehearseReplacing(path, 100, refusing(refused));
    expect(standing(path)).toEqual(before);
    expect(readdirSync(folder)).toEqual(['config.json']);
  });

  test('of a file that is not there yet leaves none', async () => {
    await rehearseReplacing(join(folder, 'tokens.json'), 100, files);
    expect(readdirSync(folder)).toEqual([]);
    await expect(rehearseReplacing(join(folder, 'missing', 'tokens.json'), 100, files)).rejects.toThrow(
      'ENOENT',
    );
  });

  test.each([
    ['a read-only file', { access: 'EROFS' }, 'EROFS'],
    ['a full disk', { open: 'ENOSPC' }, 'ENOSPC'],
    ['a file that cannot be opened for writing', { open: 'EACCES' }, 'EACCES'],
  ])('fails for %s', async (_, refused, code) => {
    const path = join(folder, 'config.json');
    writeFileSync(path, 'old');
    await expect(rehearseReplacing(path, 100, refusing(refused))).rejects.toMatchObject({ code });
    expect(readdirSync(folder)).toEqual(['config.json']);
  });

  test('needs no folder that can be written where the file can', async () => {
    const path = join(folder, 'config.json');
    writeFileSync(path, 'old');
    const open = (async (path, flags, mode) => {
      if (flags === 'wx') throw Object.assign(new Error('no'), { code: 'EROFS' });
      return files.open(path, flags, mode);
    }) as typeof files.open;
    await rehearseReplacing(path, 100, { ...files, open });
  });
});
