import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * Quick files that change nothing outside of themselves follow one another in one process: to load the whole program
 * anew for each of them took longer than many of their tests.
 */
const together = [
  'test/{api,dialect,docs,simulator,sink,stream,streams}/**/*.test.ts',
  'test/{architecture,config,docs,endpoints,host,metadata,redact,specification,word-wrap}.test.ts',
];
const alone = [
  // nock takes over the sockets of the process, and keeps them.
  'test/api/{client,drive,oauth,retry}.test.ts',
  // Asks what a process has loaded.
  'test/stream/schemas.test.ts',
  // Measures processor time.
  'test/sink/sqlite/wide-views.test.ts',
];

export default defineConfig({
  test: {
    setupFiles: ['test/remove-folders.ts'],
    // Most tests wait for other processes a third of their time: three workers keep two cores busy.
    maxWorkers: '150%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Programs are started hundreds of times: what Node.js makes of their sources is kept.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/programs', import.meta.url)) },
    projects: [
      { extends: true, test: { name: 'together', isolate: false, include: together, exclude: alone } },
      {
        extends: true,
        test: { name: 'rest', include: ['test/**/*.test.ts'], exclude: [...together, ...alone] },
      },
      { extends: true, test: { name: 'alone', include: alone } },
    ],
  },
});
