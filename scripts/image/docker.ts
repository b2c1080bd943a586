import { must, run } from '../run-program.ts';
import type { ContainerRun, Image } from './image.ts';

const tag = 'source-kommo:test';

/** Builds the image by the docker engine of this machine. */
export async function buildWithDocker(root: string): Promise<Image> {
  await must('docker', ['build', '--tag', tag, root]);
  const [inspected] = JSON.parse(await must('docker', ['image', 'inspect', tag]));
  return {
    builder: 'docker',
    size: inspected.Size,
    configuration: inspected.Config,
    run: (container) => run('docker', ['run', ...flagsOf(container)]),
    remove: async () => void (await must('docker', ['image', 'rm', tag])),
  };
}

function flagsOf({
  entrypoint,
  arguments: given = [],
  files = {},
  data,
  writableRoot,
}: ContainerRun): string[] {
  const [program, ...before] = entrypoint ?? [];
  return [
    ...['--rm', '--network', 'host', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...(writableRoot ? [] : ['--read-only']),
    ...Object.entries(files).flatMap(([inside, path]) => ['--volume', `${path}:${inside}:ro`]),
    ...(data === undefined ? [] : ['--volume', `${data}:/data`]),
    ...(program === undefined ? [] : ['--entrypoint', program]),
    tag,
    ...before,
    ...given,
  ];
}
