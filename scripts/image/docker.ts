import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, run } from '../run-program.ts';
import { type ContainerRun, foreign, type Image } from './image.ts';

const tag = 'source-kommo:test';
const foreignTag = `${tag}-${foreign}`;

/** Builds the image by the docker engine of this machine. */
export async function buildWithDocker(root: string): Promise<Image> {
  await must('docker', ['build', '--tag', tag, root]);
  const [inspected] = JSON.parse(await must('docker', ['image', 'inspect', tag]));
  return {
    builder: 'docker',
    size: inspected.Size,
    configuration: inspected.Config,
    run: (container) => run('docker', ['run', ...flagsOf(container)]),
    readForeign: (path) => readForeign(root, path),
    remove: async () => void (await must('docker', ['image', 'rm', tag])),
  };
}

async function readForeign(root: string, path: string): Promise<{ architecture: string; content: Buffer }> {
  await must('docker', ['build', '--platform', `linux/${foreign}`, '--tag', foreignTag, root]);
  const [inspected] = JSON.parse(await must('docker', ['image', 'inspect', foreignTag]));
  const container = (await must('docker', ['create', '--platform', `linux/${foreign}`, foreignTag])).trim();
  const folder = mkdtempSync(join(tmpdir(), 'source-kommo-image-'));
  try {
    await must('docker', ['cp', `${container}:${path}`, join(folder, 'file')]);
    return { architecture: inspected.Architecture, content: readFileSync(join(folder, 'file')) };
  } finally {
    rmSync(folder, { recursive: true });
    await must('docker', ['rm', container]);
    await must('docker', ['image', 'rm', foreignTag]);
  }
}

function flagsOf(container: ContainerRun): string[] {
  const { entrypoint, arguments: given = [], files = {}, data, user, writableRoot } = container;
  const [program, ...before] = entrypoint ?? [];
  return [
    ...['--rm', '--network', 'host', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...(writableRoot ? [] : ['--read-only']),
    ...Object.entries(files).flatMap(([inside, path]) => ['--volume', `${path}:${inside}:ro`]),
    ...(data === undefined ? [] : ['--volume', `${data}:/data`]),
    ...(user === undefined ? [] : ['--user', user]),
    ...(program === undefined ? [] : ['--entrypoint', program]),
    tag,
    ...before,
    ...given,
  ];
}
