/** `npm run test:image`: builds the image from the Dockerfile and runs it as a platform does. */
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { behaviour } from './image/behaviour.ts';
import { openBench } from './image/bench.ts';
import { buildWithBuildah } from './image/buildah.ts';
import { buildWithDocker } from './image/docker.ts';
import type { Image } from './image/image.ts';
import { shape } from './image/shape.ts';
import { works } from './run-program.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

const say = (text: string) => void process.stdout.write(`${text}\n`);
const secondsSince = (moment: number) => ((performance.now() - moment) / 1000).toFixed(1);
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 2000);

async function build(): Promise<Image> {
  if (await works('docker', ['info'])) return await buildWithDocker(root);
  return await buildWithBuildah(root, join(root, '.image'));
}

async function testImage(): Promise<number> {
  const started = performance.now();
  const image = await build();
  say(`The image was built in ${secondsSince(started)} s by ${image.builder}.`);
  let failed = 0;
  await using bench = await openBench(image);
  for (const [sentence, holds] of Object.entries({ ...shape, ...behaviour })) {
    const began = performance.now();
    try {
      say(`ok   ${sentence}: ${await holds(bench)} (${secondsSince(began)} s)`);
    } catch (error) {
      failed += 1;
      say(`FAIL ${sentence}: ${messageOf(error)}`);
    }
  }
  await image.remove();
  say(failed === 0 ? 'The image is good.' : `${failed} of its requirements do not hold.`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await testImage();
} catch (error) {
  process.stderr.write(`test:image: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
