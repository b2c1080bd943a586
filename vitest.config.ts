import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that cannot share a process with others; all others follow one another in a few, which load the program once. */
const alone = [
  ...filesWithNock(),
  // Asks what a process has loaded.
  'test/stream/schemas.test.ts',
  // Measures processor time.
  'test/sink/sqlite/wide-views.test.ts',
];

/** nock takes over the sockets of the process, and keeps them. */
function filesWithNock(): string[] {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const files = globSync('test/**/*.test.ts', { cwd: folder });
  return files.filter((file) => /from 'nock'/.test(readFileSync(join(folder, file), 'utf8')));
}

/** Short files that take long: where nobody knows yet how long files take, the largest would go first. */
const slow = /\/(nothing-lost|sync\/resume|cli\/sync|doctor|answers|survived|refused)\.test\.ts$/;

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [true, false].flatMap((first) => sorted.filter(({ moduleId }) => slow.test(moduleId) === first));
  }
}

export default defineConfig({
  test: {
    setupFiles: ['test/remove-folders.ts'],
    // Tests wait for other processes a third of their time. A percentage would not go beyond the number of cores.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    sequence: { sequencer: SlowFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Programs are started hundreds of times: what Node.js makes of their sources is kept.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/programs', import.meta.url)) },
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        test: { name: 'together', isolate: false, include: ['test/**/*.test.ts'], exclude: alone },
      },
    ],
  },
});
