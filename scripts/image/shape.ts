import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Bench } from './bench.ts';
import { architectures, foreign, native } from './image.ts';

/** Requirements by the sentence that says them; each returns what was seen, or throws. */
export type Requirements = Readonly<Record<string, (bench: Bench) => Promise<string>>>;

/** How an ELF file names its machine: two bytes at 18. */
const machines = { amd64: 62, arm64: 183 };
const megabyte = 1_000_000;
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const shell = (script: string) => ({ entrypoint: ['/bin/sh', '-c', script] });

/** What the image is. */
export const shape: Requirements = {
  async 'is smaller than 250 MB'({ image }) {
    ok(image.size < 250 * megabyte, `${image.size} bytes`);
    return `${Math.round(image.size / megabyte)} MB`;
  },

  async 'tells who it is and how to start it'({ image }) {
    const { Env, Entrypoint, Labels, User } = image.configuration;
    equal(User, '1000:1000');
    ok(Env.includes(`AIRBYTE_ENTRYPOINT=${Entrypoint.join(' ')}`), Env.join());
    equal(Labels['io.airbyte.version'], manifest.version);
    return `${Labels['io.airbyte.name']}:${Labels['io.airbyte.version']}, ${Entrypoint.join(' ')}`;
  },

  async 'has no power over the machine, nor over its own code'({ image }) {
    const powers = 'id -u; grep -hE "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status; touch /tmp/x 2>&1';
    const confined = await image.run(shell(powers));
    match(
      confined.stdout,
      /^1000\nCapEff:\s+0+\nCapBnd:\s+0+\nNoNewPrivs:\s+1\ntouch: .*Read-only file system\n$/,
    );
    const find = 'find /airbyte /usr/local ! -type l -writable; find /data -maxdepth 0 -writable';
    const free = await image.run({ ...shell(find), writableRoot: true });
    deepEqual([free.code, free.stdout], [0, '/data\n']);
    return 'uid 1000, no capabilities, a read-only root; without that, /data alone may be written';
  },

  async 'holds nothing but what runs'({ image }) {
    const folders = ['.', 'node_modules', 'node_modules/better-sqlite3/prebuilds'];
    const { stdout } = await image.run(shell(`cd /airbyte/integration_code && ls ${folders.join(' ')}`));
    const [own, packages, binaries] = stdout
      .trim()
      .split('\n\n')
      .map((listed) => listed.split('\n').slice(1));
    deepEqual(own, ['LICENSE', 'bin', 'dist', 'node_modules', 'package.json', 'spec.json']);
    deepEqual(packages, ['better-sqlite3', 'luxon', 'p-limit', 'undici', 'yocto-queue', 'zod']);
    deepEqual(binaries, [`linux-${architectures[native]}.node`]);
    return packages!.join(', ');
  },

  async 'is built for the other architecture as well'({ image }) {
    const binary = `node_modules/better-sqlite3/prebuilds/linux-${architectures[foreign]}.node`;
    const { architecture, content } = await image.readForeign(`/airbyte/integration_code/${binary}`);
    equal(architecture, foreign);
    equal(content.readUInt16LE(18), machines[foreign]);
    return foreign;
  },
};
