import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const oldest = [22, 19];
const root = new URL('../', import.meta.url);

/**
 * Runs `program` from the TypeScript sources of a checkout, or from what was compiled for the package. Under a Node.js
 * that is too old, the one that `npm ci` has brought into the checkout does it.
 */
export async function start(program) {
  if (isTooOld()) return startAgain(program);
  const source = new URL('src/main.ts', root);
  const fromSource = existsSync(source);
  // Node 22 announces type stripping as experimental on stderr, which a platform would take for an error.
  if (fromSource) process.removeAllListeners('warning');
  const { main } = await import(fromSource ? source.href : new URL('dist/src/main.js', root).href);
  await main(program, root);
}

function isTooOld() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}

function startAgain(program) {
  const ours = ['node', 'node.exe']
    .map((name) => fileURLToPath(new URL(`node_modules/node/bin/${name}`, root)))
    .find((path) => existsSync(path));
  if (ours === undefined || ours === process.execPath) {
    process.stderr.write(
      `${program}: needs Node.js ${oldest.join('.')} or newer; this is ${process.version}. In a checkout, npm ci brings one.\n`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(ours, process.argv.slice(1), { stdio: 'inherit' });
  child.on('error', (error) => {
    process.stderr.write(`${program}: ${ours} cannot be started (${error.code}).\n`);
    process.exitCode = 1;
  });
  // What is typed on a terminal reaches both of us; what is sent to one process has to be passed on.
  const isTyped = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const passOn = {
    SIGTERM: () => child.kill('SIGTERM'),
    SIGINT: () => isTyped || child.kill('SIGINT'),
  };
  for (const [signal, act] of Object.entries(passOn)) process.on(signal, act);
  child.on('exit', (code, signal) => {
    for (const [name, act] of Object.entries(passOn)) process.removeListener(name, act);
    process.exitCode = code ?? 1;
    if (signal !== null) process.kill(process.pid, signal);
  });
}
