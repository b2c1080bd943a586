import { chmodSync, copyFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { must, works } from '../run-program.ts';

/** Runs buildah with the storage of this checkout and gives its stdout. */
export type Buildah = (...given: string[]) => Promise<string>;

const name = 'docker.io/library/node:24-slim';
const standIn = (architecture: string) => `localhost/node-stand-in:${architecture}`;
/** Says of which Node a base image was made. */
const mark = 'io.source-kommo.stand-in';
/** What debian:bookworm-slim leaves out. */
const leftOut = ['usr/share/doc', 'usr/share/locale', 'usr/share/man', 'var/cache/apt', 'var/lib/apt/lists'];

/**
 * Makes what stands in for the official image where no registry of images can be reached: Debian bookworm, the
 * Node of this process, npm and the user `node` with uid 1000. For the foreign architecture, of which nothing can
 * run here, it is empty. Both are kept until Node changes.
 */
export async function ensureBaseImage(buildah: Buildah, cache: string, native: string, foreign: string) {
  const made = await buildah('inspect', '--type', 'image', standIn(native)).then(
    (text) => JSON.parse(text).OCIv1.config.Labels?.[mark],
    () => undefined,
  );
  if (made === process.version) return;
  await makeNative(buildah, cache, standIn(native));
  const empty = await buildah('from', 'scratch');
  await buildah('config', '--arch', foreign, empty);
  await buildah('commit', '--rm', empty, standIn(foreign));
  await buildah('rmi', '--force', name).catch(() => {});
  await buildah('manifest', 'create', name);
  await buildah('manifest', 'add', '--arch', native, name, standIn(native));
  await buildah('manifest', 'add', '--arch', foreign, name, standIn(foreign));
}

async function makeNative(buildah: Buildah, cache: string, tag: string): Promise<void> {
  const container = await buildah('from', 'scratch');
  const tree = await buildah('mount', container);
  await must('debootstrap', ['--variant=minbase', 'bookworm', tree, 'http://deb.debian.org/debian']);
  for (const folder of leftOut) rmSync(join(tree, folder), { recursive: true, force: true });
  await installNode(tree, cache);
  await must('chroot', [tree, 'groupadd', '--gid', '1000', 'node']);
  await must('chroot', [tree, 'useradd', '--uid', '1000', '--gid', 'node', '--create-home', 'node']);
  await buildah(
    'config',
    '--label',
    `${mark}=${process.version}`,
    '--cmd',
    'node',
    ...trust(tree),
    container,
  );
  await buildah('commit', '--rm', container, tag);
}

async function installNode(tree: string, cache: string): Promise<void> {
  const bin = join(tree, 'usr/local/bin');
  const npm = join(tree, 'usr/local/lib/node_modules/npm');
  mkdirSync(npm, { recursive: true });
  copyFileSync(process.execPath, join(bin, 'node'));
  chmodSync(join(bin, 'node'), 0o755);
  const archive = (await must('npm', ['pack', 'npm@11', '--silent', '--pack-destination', cache])).trim();
  await must('tar', ['-xzf', join(cache, archive), '--strip-components=1', '--no-same-owner', '-C', npm]);
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(bin, 'npm'));
  if (!(await works('chroot', [tree, 'npm', '--version'])))
    throw new Error(`npm does not run in the base image made at ${tree}.`);
}

/** Lets npm in the image trust whom this machine trusts, a proxy of its network for one. */
function trust(tree: string): string[] {
  const certificates = process.env.NODE_EXTRA_CA_CERTS;
  if (!certificates) return [];
  const inside = '/etc/ssl/certs/ca-certificates.crt';
  mkdirSync(dirname(join(tree, inside)), { recursive: true });
  copyFileSync(certificates, join(tree, inside));
  return ['--env', `NODE_EXTRA_CA_CERTS=${inside}`];
}
