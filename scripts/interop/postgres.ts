import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, run } from './programs.ts';

export interface Postgres extends AsyncDisposable {
  port: number;
  url: string;
  version: string;
}

/** A PostgreSQL of our own, from Debian's packages, which refuses to run as root. */
export async function startPostgres(): Promise<Postgres> {
  const bin = await findPrograms();
  // Not in the checkout: the user that it runs as may not be allowed to look into a folder above it.
  const folder = mkdtempSync(join(tmpdir(), 'source-kommo-postgres-'));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    const ids = (await must(['getent', 'passwd', 'postgres'], { cwd: '/' })).split(':');
    chownSync(folder, Number(ids[2]), Number(ids[3]));
  }
  const as = (command: string[]) =>
    must([...(isRoot ? ['runuser', '-u', 'postgres', '--'] : []), ...command], { cwd: '/' });
  const data = join(folder, 'data');
  const port = await freePort();
  await as([
    join(bin, 'initdb'),
    '--auth=trust',
    '--username=kommo',
    '--encoding=UTF8',
    '--no-sync',
    '-D',
    data,
  ]);
  const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off`;
  await as([join(bin, 'pg_ctl'), '-D', data, '-o', options, '-l', join(folder, 'log'), '-w', 'start']);
  return {
    port,
    url: `postgresql://kommo@127.0.0.1:${port}/postgres`,
    version: (await must([join(bin, 'postgres'), '--version'], { cwd: '/' })).trim(),
    [Symbol.asyncDispose]: async () => {
      await as([join(bin, 'pg_ctl'), '-D', data, '-m', 'immediate', 'stop']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function findPrograms(): Promise<string> {
  const find = () => globSync('/usr/lib/postgresql/*/bin').at(-1);
  if (find() === undefined && existsSync('/usr/bin/apt-get')) {
    await run(['apt-get', 'update']);
    await must(['apt-get', 'install', '--yes', '--no-install-recommends', 'postgresql'], {
      environment: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
  const found = find();
  if (found === undefined)
    throw new Error("PostgreSQL's programs are not installed (Debian: apt-get install postgresql)");
  return found;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
