import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { replaceFile } from '../../src/api/replace-file.ts';
import { newFolder } from '../new-folder.ts';

let folder: string;
beforeEach(() => {
  folder = newFolder();
});

test('a reader sees the old or the new text as a whole, at any moment', async () => {
  const path = join(folder, 'tokens.json');
  const text = (letter: string) => letter.repeat(300_000);
  await replaceFile(path, text('a'));
  const seen = new Set<string>();
  let isDone = false;
  const reading = (async () => {
    while (!isDone) seen.add(await readFile(path, 'utf8'));
  })();
  for (const letter of 'bcdefghijk') await replaceFile(path, text(letter));
  isDone = true;
  await reading;
  const whole = new Set(Array.from('abcdefghijk', text));
  expect([...seen].filter((content) => !whole.has(content))).toEqual([]);
  expect(readFileSync(path, 'utf8')).toBe(text('k'));
  expect(readdirSync(folder)).toEqual(['tokens.json']);
});

test('the file is for its owner only, also where it was not before', async () => {
  const path = join(folder, 'config.json');
  writeFileSync(path, 'old', { mode: 0o644 });
  await replaceFile(path, 'new');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a link stays a link', async () => {
  const path = join(folder, 'real.json');
  const link = join(folder, 'link.json');
  writeFileSync(path, 'old');
  symlinkSync(path, link);
  await replaceFile(link, 'new');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe('new');
});

test('what fails leaves nothing behind', async () => {
  const path = join(folder, 'taken');
  mkdirSync(path);
  writeFileSync(join(path, 'inside'), '');
  await expect(replaceFile(path, 'new')).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(['taken']);
});
