import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createPacer, spacingOf } from '../../src/api/pace.ts';
import { createSharedPace } from '../../src/api/shared-pace.ts';
import { ConfigError } from '../../src/errors.ts';
import { newFolder } from '../new-folder.ts';
import { createVirtualClock } from './virtual-clock.ts';

function mostInOneSecond(starts: readonly number[]): number {
  return Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + 1000).length));
}

const folderIn = (folder: string) => join(folder, `source-kommo-${userInfo().username}-group`);

describe('programs of one group', () => {
  test.each([1, 2, 3])('keep the rate together and use it: %i of them', async (programs) => {
    const folder = newFolder();
    const clock = createVirtualClock();
    const starts: number[] = [];
    const signal = new AbortController().signal;
    let pending = 0;
    const count = async <T>(work: Promise<T>) => {
      pending += 1;
      return work.finally(() => {
        pending -= 1;
      });
    };
    const readers = Array.from({ length: programs }, async (_, index) => {
      await clock.sleep(index * 77);
      const shared = createSharedPace('group', spacingOf(7), folder);
      const reserve = (earliest: number) => count(shared.reserve(earliest));
      const pacer = createPacer({ requestsPerSecond: 7, clock, signal, shared: { reserve } });
      for (let request = 0; request < 100; request++) starts.push((await pacer.turn()).startedAt);
    });
    await clock.settle(Promise.all(readers), () => pending > 0);
    starts.sort((a, b) => a - b);
    expect(mostInOneSecond(starts)).toBeLessThanOrEqual(7);
    const used = ((starts.length - 1) / (starts.at(-1)! - starts[0]!)) * 1000;
    expect(used).toBeGreaterThanOrEqual(0.9 * 7);
    expect(readdirSync(folderIn(folder)).length).toBeLessThan(programs * 100);
  });

  test('may be processes of their own', { retry: 2 }, async () => {
    const folder = newFolder();
    const program = fileURLToPath(new URL('pacing-program.ts', import.meta.url));
    const run = () => spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const startsOf = async (child: ChildProcess) => {
      let text = '';
      for await (const piece of child.stdout!) text += piece;
      return text.trim().split('\n').map(Number);
    };
    const each = await Promise.all([startsOf(run()), startsOf(run())]);
    // While both of them have work.
    const from = Math.max(...each.map((starts) => starts[0]!));
    const to = Math.min(...each.map((starts) => starts.at(-1)!));
    const together = each.flat().filter((at) => at >= from && at <= to);
    together.sort((a, b) => a - b);
    expect(mostInOneSecond(together)).toBeLessThanOrEqual(7);
    expect(((together.length - 1) / (to - from)) * 1000).toBeGreaterThanOrEqual(0.9 * 7);
  });
});

describe('the folder of a group', () => {
  test('is rid of what earlier programs left', async () => {
    const folder = newFolder();
    mkdirSync(folderIn(folder));
    writeFileSync(join(folderIn(folder), '12'), '');
    await createSharedPace('group', 100, folder).reserve(1_000_000);
    expect(readdirSync(folderIn(folder))).toEqual(['10000']);
  });

  test('that is a link, or cannot be made, is refused', async () => {
    const folder = newFolder();
    symlinkSync(newFolder(), folderIn(folder));
    await expect(createSharedPace('group', 100, folder).reserve(0)).rejects.toThrow(ConfigError);
    const missing = createSharedPace('group', 100, join(folder, 'not-there'));
    await expect(missing.reserve(0)).rejects.toThrow(/rate_limit_group: .* \(ENOENT\)/);
    chmodSync(folder, 0o700);
  });
});
