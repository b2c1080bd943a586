import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../run-program.ts';
import type { OpenAccount } from './account.ts';
import { type Client, programOf } from './environments.ts';
import { expect, root, run, workshop } from './programs.ts';

const project = join(workshop, 'project');
/** Where a loader keeps what it gets. */
export const stored = (name: string) => join(project, 'stored', name);

/** A Meltano project: the one of this repository, with further loaders. */
export function writeProject(loaders: string): void {
  rmSync(project, { recursive: true, force: true });
  for (const name of ['jsonl', 'duckdb']) mkdirSync(stored(name), { recursive: true });
  const ours = readFileSync(join(root, 'meltano.yml'), 'utf8');
  const [withoutLoaders] = ours.split(/^ {2}loaders:$/m);
  writeFileSync(join(project, 'meltano.yml'), `${withoutLoaders}  loaders:\n${loaders}`);
  symlinkSync(join(root, 'bin'), join(project, 'bin'));
}

/** The definition of a loader that runs from its own environment. */
export function loader(client: Client, namespace: string, config: Record<string, unknown>): string {
  return [
    `    - name: ${client}`,
    `      namespace: ${namespace}`,
    `      executable: ${programOf(client, client)}`,
    '      dialect: sql',
    `      settings: [${Object.keys(config)
      .map((name) => `{name: ${name}}`)
      .join(', ')}]`,
    `      config: ${JSON.stringify(config)}`,
    '',
  ].join('\n');
}

function settingsIn(environment: Record<string, string>, { settings }: OpenAccount): Record<string, string> {
  const own = Object.entries(settings).map(([name, value]) => [
    `TAP_KOMMO_${name.toUpperCase()}`,
    `${value}`,
  ]);
  return { ...Object.fromEntries(own), ...environment };
}

/** Runs a command of Meltano in the project, with the settings in the environment. */
export function meltano(
  account: OpenAccount,
  args: string[],
  environment: Record<string, string> = {},
): Promise<Outcome> {
  const command = [programOf('meltano', 'meltano'), ...args];
  return run(command, { cwd: project, environment: settingsIn(environment, account) });
}

/** The same for a command that has to succeed; gives all that it said. */
export async function mustMeltano(
  account: OpenAccount,
  args: string[],
  environment?: Record<string, string>,
) {
  const { code, stdout, stderr } = await meltano(account, args, environment);
  const said = `${stdout}\n${stderr}`;
  expect(
    code === 0,
    `meltano ${args.join(' ')} ended with ${code}:\n${said.trim().split('\n').slice(-15).join('\n')}`,
  );
  return said;
}
