import { existsSync } from 'node:fs';

const oldest = [22, 19];

/** Runs `program` from the TypeScript sources of a checkout, or from what was compiled for the package. */
export async function start(program) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    process.stderr.write(
      `${program}: needs Node.js ${oldest.join('.')} or newer; this is ${process.version}. In a checkout, npx ${program} brings its own.\n`,
    );
    process.exitCode = 1;
    return;
  }
  const root = new URL('../', import.meta.url);
  const source = new URL('src/main.ts', root);
  const fromSource = existsSync(source);
  // Node 22 announces type stripping as experimental on stderr, which a platform would take for an error.
  if (fromSource) process.removeAllListeners('warning');
  const { main } = await import(fromSource ? source.href : new URL('dist/src/main.js', root).href);
  await main(program, root);
}
