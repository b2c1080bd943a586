import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must, run, works } from '../run-program.ts';
import { type Buildah, ensureBaseImage } from './base-image.ts';
import { type ContainerRun, foreign, type Image, type ImageConfiguration, native } from './image.ts';

const tag = 'localhost/source-kommo:test';
const foreignTag = `${tag}-${foreign}`;
// Layers are kept for the second build, and pruned when all is done.
const build = ['build', '--isolation', 'chroot', '--layers', '--pull-never'];
const sandbox = fileURLToPath(new URL('sandbox.sh', import.meta.url));

/** What the build needs of a machine without a docker engine. */
async function installTools(): Promise<void> {
  const tools = ['buildah', 'debootstrap'];
  const found = await Promise.all(tools.map((tool) => works('which', [tool])));
  const missing = tools.filter((_, index) => !found[index]);
  if (process.getuid?.() !== 0)
    throw new Error('No docker engine answers here; to build without one this must run as root, on Debian.');
  if (missing.length === 0) return;
  if (!(await works('which', ['apt-get'])))
    throw new Error(`No docker engine answers here, and ${missing.join(' and ')} must be installed by hand.`);
  await must('apt-get', ['update', '--quiet']);
  await must('apt-get', ['install', '--quiet', '--yes', '--no-install-recommends', ...missing]);
}

/** Builds the image with buildah's chroot isolation, upon a base image made of Debian's packages; all stays in `cache`. */
export async function buildWithBuildah(root: string, cache: string): Promise<Image> {
  await installTools();
  mkdirSync(cache, { recursive: true });
  const storage = ['--root', join(cache, 'storage'), '--runroot', join(cache, 'run')];
  const buildah: Buildah = (...given) => must('buildah', [...storage, ...given]).then((said) => said.trim());
  await ensureBaseImage(buildah, cache, native, foreign);
  await buildah(...build, '--tag', tag, root);
  const { OCIv1, Manifest } = JSON.parse(await buildah('inspect', '--type', 'image', tag));
  const configuration: ImageConfiguration = OCIv1.config;
  const layers: { size: number }[] = JSON.parse(Manifest).layers;
  const container = await buildah('from', '--pull-never', tag);
  const tree = await buildah('mount', container);
  return {
    builder: 'buildah, on a base image made of Debian packages in place of node:24-slim',
    size: layers.reduce((sum, layer) => sum + layer.size, 0),
    configuration,
    run: (wanted) => run('unshare', sandboxed(wanted, tree, configuration)),
    readForeign: (path) => readForeign(buildah, root, path),
    async remove() {
      await buildah('rm', '--all');
      await buildah('rmi', tag);
      await buildah('rmi', '--prune');
    },
  };
}

async function readForeign(buildah: Buildah, root: string, path: string) {
  // Debian's buildah does not fill in BUILDPLATFORM by itself.
  const platforms = ['--platform', `linux/${foreign}`, '--build-arg', `BUILDPLATFORM=linux/${native}`];
  await buildah(...build, ...platforms, '--tag', foreignTag, root);
  const { OCIv1 } = JSON.parse(await buildah('inspect', '--type', 'image', foreignTag));
  const container = await buildah('from', '--pull-never', '--arch', foreign, foreignTag);
  const content = readFileSync(join(await buildah('mount', container), path));
  await buildah('rm', container);
  await buildah('rmi', foreignTag);
  return { architecture: OCIv1.architecture, content };
}

/** The arguments of `unshare` that start a container in `tree`, the mounted files of the image. */
function sandboxed(container: ContainerRun, tree: string, configuration: ImageConfiguration): string[] {
  const { entrypoint = configuration.Entrypoint, arguments: given = [], files = {}, data } = container;
  const mounts = Object.entries(files).map(([inside, path]) => ['ro', path, inside]);
  if (data !== undefined) mounts.push(['rw', data, '/data']);
  for (const inside of Object.keys(files)) createMountPoint(join(tree, inside));
  const [uid, gid] = (container.user ?? configuration.User).split(':') as [string, string];
  return [
    ...['--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child', '/bin/sh', sandbox],
    ...[tree, container.writableRoot ? 'rw' : 'ro', uid, gid, configuration.WorkingDir],
    ...[...mounts.flat(), '--', ...configuration.Env, ...entrypoint, ...given],
  ];
}

/** As container engines do, in the container's own layer. */
function createMountPoint(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '', { flag: 'a' });
}
