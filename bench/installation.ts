import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Packs the checkout and unpacks it in `folder`, as npm would install it; returns the executable. */
export function install(folder: string): string {
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  const archive = packed.trim().split('\n').at(-1)!;
  execFileSync('tar', ['-xzf', join(folder, archive), '-C', folder]);
  symlinkSync(join(root, 'node_modules'), join(folder, 'package', 'node_modules'));
  return join(folder, 'package', 'bin', 'source-kommo.js');
}
