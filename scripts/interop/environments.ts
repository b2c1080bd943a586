import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { must, workshop } from './programs.ts';

/** Each client and what PyPI calls it; each has an environment of its own, as their needs contradict each other. */
const requirements = {
  meltano: ['meltano>=4,<5'],
  'target-jsonl': ['target-jsonl'],
  'target-duckdb': ['target-duckdb', 'sqlglot'],
  'target-postgres': ['meltanolabs-target-postgres'],
  'target-csv': ['meltanolabs-target-csv'],
  'target-sqlite': ['singer-sdk'],
  'target-parquet': ['singer-sdk'],
  'singer-sdk': ['singer-sdk[testing]', 'pytest'],
  'singer-tools': ['singer-tools'],
  pyairbyte: ['airbyte'],
  'airbyte-cdk': ['airbyte-cdk[dev]', 'pytest'],
  duckdb: ['duckdb==1.5.5', 'duckdb-extension-sqlite-scanner==1.5.5'],
} as const;
export type Client = keyof typeof requirements;

/** The targets that singer-sdk keeps in its source archive and nowhere else on PyPI. */
const fromSourceOfSdk: Partial<Record<Client, string>> = {
  'target-sqlite': 'meltano-target-sqlite',
  'target-parquet': 'meltano-target-parquet',
};

const python = process.env.INTEROP_PYTHON ?? 'python3';

export function programOf(client: Client, program: string): string {
  return join(workshop, 'environments', client, 'bin', program);
}

/** Makes the environment of a client where there is none yet, and gives the version of what was asked for. */
export async function install(client: Client, uv: string): Promise<string> {
  const folder = join(workshop, 'environments', client);
  const mark = join(folder, 'installed');
  const wanted = requirements[client].join(' ');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
    await must([uv, 'venv', '--quiet', '--clear', '--python', python, folder]);
    await must([uv, 'pip', 'install', '--quiet', '--python', folder, ...requirements[client]]);
    const fromSource = fromSourceOfSdk[client];
    if (fromSource !== undefined) {
      const sources = join(await sourcesOfSdk(), 'packages', fromSource);
      await must([uv, 'pip', 'install', '--quiet', '--python', folder, sources]);
    }
    writeFileSync(mark, wanted);
  }
  const name = requirements[client][0].replace(/[[<>=].*/, '');
  const shown = await must([uv, 'pip', 'show', '--python', folder, name]);
  return `${fromSourceOfSdk[client] ?? name} ${fromSourceOfSdk[client] ? 'of singer-sdk ' : ''}${/^Version: (.*)$/m.exec(shown)?.[1]}`;
}

/** The installer, which is itself from PyPI. */
export async function installer(): Promise<string> {
  const folder = join(workshop, 'environments', 'uv');
  const uv = join(folder, 'bin', 'uv');
  mkdirSync(join(workshop, 'environments'), { recursive: true });
  if (!existsSync(uv)) {
    await must([python, '-m', 'venv', folder]);
    await must([join(folder, 'bin', 'pip'), 'install', '--quiet', 'uv']);
  }
  return uv;
}

let sources: Promise<string> | undefined;

function sourcesOfSdk(): Promise<string> {
  sources ??= downloadSourcesOfSdk();
  return sources;
}

async function downloadSourcesOfSdk(): Promise<string> {
  const folder = join(workshop, 'sources');
  const unpacked = async () => (await readdir(folder)).find((name) => /^singer_sdk-[\d.]+$/.test(name));
  mkdirSync(folder, { recursive: true });
  if ((await unpacked()) === undefined) {
    const pip = join(workshop, 'environments', 'uv', 'bin', 'pip');
    await must([pip, 'download', '--quiet', '--no-deps', '--no-binary', ':all:', 'singer-sdk', '-d', folder]);
    const [archive] = (await readdir(folder)).filter((name) => name.endsWith('.tar.gz'));
    await must(['tar', '-xzf', join(folder, archive!), '-C', folder]);
  }
  return join(folder, (await unpacked())!);
}

export const allClients = Object.keys(requirements) as Client[];
