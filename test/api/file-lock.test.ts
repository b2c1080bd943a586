import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { withFileLock } from '../../src/api/file-lock.ts';
import { newFolder } from '../new-folder.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

let folder: string;
let path: string;
let clock: VirtualClock;

beforeEach(() => {
  folder = newFolder();
  path = join(folder, 'tokens.json.lock');
  clock = createVirtualClock();
});

// Files take no virtual time.
const isFileBusy = () => process.getActiveResourcesInfo().includes('FSReqPromise');
const settle = <T>(work: Promise<T>) => clock.settle(work, isFileBusy);
const lock = <T>(work: () => Promise<T>) => withFileLock(path, clock, work);

test('one at a time, and nothing is left behind', async () => {
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await clock.sleep(500);
    inside--;
  };
  await settle(Promise.all([lock(work), lock(work), lock(work)]));
  expect(most).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});

test('is released when the work fails', async () => {
  const failing = lock(async () => {
    throw new Error('no luck');
  });
  await expect(settle(failing)).rejects.toThrow('no luck');
  expect(readdirSync(folder)).toEqual([]);
});

test('of a holder that died is taken over, by one of those that wait', async () => {
  writeFileSync(path, '4711 a process that is no more\n');
  let inside = 0;
  let most = 0;
  const begun = clock.now();
  const work = async () => {
    most = Math.max(most, ++inside);
    await clock.sleep(500);
    inside--;
    return clock.now() - begun;
  };
  const [first] = (await settle(Promise.all([lock(work), lock(work)]))).sort((a, b) => a - b);
  expect(first).toBeGreaterThan(15_000);
  expect(first).toBeLessThan(30_000);
  expect(most).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});

test('of a holder that shows signs of life is left alone', async () => {
  writeFileSync(path, 'busy\n');
  let isInside = false;
  const waiting = lock(async () => {
    isInside = true;
  });
  for (let i = 1; i <= 20; i++) {
    await settle(clock.sleep(5000));
    expect(isInside).toBe(false);
    utimesSync(path, i, i);
  }
  expect(readFileSync(path, 'utf8')).toBe('busy\n');
  await settle(waiting);
  expect(isInside).toBe(true);
});

test('that was taken over is not removed by the one that lost it', async () => {
  await settle(
    lock(async () => {
      writeFileSync(path, 'somebody else\n');
    }),
  );
  expect(readFileSync(path, 'utf8')).toBe('somebody else\n');
});

test('that cannot be created is an error', async () => {
  await expect(withFileLock(join(folder, 'missing', 'lock'), clock, async () => 1)).rejects.toThrow(/ENOENT/);
});
