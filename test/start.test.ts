/** Under a Node.js that is too old, the one of the checkout runs the program; what is run here is a stand-in for it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { newFolder } from './new-folder.ts';

const starter = fileURLToPath(new URL('../bin/start.js', import.meta.url));

/** Says what it was started with and how, then ends as its first argument says. */
const program = `
export async function main(program) {
  const [how, ...rest] = process.argv.slice(2);
  const tell = () => console.log(JSON.stringify([program, process.env.OURS ?? 'given', rest]));
  if (how === 'fail') process.exitCode = 7;
  if (how !== 'wait') return tell();
  const waiting = setInterval(() => {}, 1000);
  process.on('SIGTERM', () => {
    console.log('"asked to stop"');
    clearInterval(waiting);
    process.removeAllListeners('SIGTERM');
    process.kill(process.pid, 'SIGTERM');
  });
  // Who reads this sends the signal.
  tell();
}
`;

/** A checkout whose own Node.js is this one, and knows that it is. */
function checkout({ hasNode }: { hasNode: boolean }): string {
  const folder = newFolder();
  const files = {
    'package.json': '{"type":"module"}',
    'src/main.ts': program,
    'entry/entry.js': "import { start } from './start.js';\nawait start('source-kommo');\n",
    ...(hasNode && {
      'node_modules/node/bin/node': `#!/bin/sh\nOURS=ours NODE_OPTIONS= exec "${process.execPath}" "$@"\n`,
    }),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  if (hasNode) chmodSync(join(folder, 'node_modules/node/bin/node'), 0o755);
  cpSync(starter, join(folder, 'entry/start.js'));
  return folder;
}

function start(folder: string, args: string[], version: string) {
  const old = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
  const child = spawn(process.execPath, [join(folder, 'entry/entry.js'), ...args], {
    env: { ...process.env, NODE_OPTIONS: `--import=${encodeURI(old)}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, stdout, stderr }));
  return { child, ended };
}

const said = (...given: unknown[]) => `${JSON.stringify(given)}\n`;

test.each([
  ['20.20.2', 'ours'],
  ['22.18.9', 'ours'],
  ['22.19.0', 'given'],
  ['24.0.0', 'given'],
])('under Node.js %s the program runs on the one that was %s', async (version, by) => {
  const { ended } = start(checkout({ hasNode: true }), ['fail', 'a b', '--flag'], version);
  const stdout = said('source-kommo', by, ['a b', '--flag']);
  expect(await ended).toEqual({ code: 7, signal: null, stdout, stderr: '' });
});

test('a signal reaches the program, and its end by the signal reaches who sent it', async () => {
  const { child, ended } = start(checkout({ hasNode: true }), ['wait'], '20.20.2');
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  const { code, signal, stdout } = await ended;
  expect([code, signal]).toEqual([null, 'SIGTERM']);
  expect(stdout).toBe(`${said('source-kommo', 'ours', [])}"asked to stop"\n`);
});

test('where none was brought, one line says what is needed', async () => {
  const { ended } = start(checkout({ hasNode: false }), [], '20.20.2');
  const { code, stdout, stderr } = await ended;
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^source-kommo: needs Node\.js 22\.19 or newer; this is v.*npm ci brings one\.\n$/);
});
