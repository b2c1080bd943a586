import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
/** Everything that the interop tests make; git-ignored. */
export const workshop = join(root, '.interop');
export const tap = join(root, 'bin', 'tap-kommo.js');
export const source = join(root, 'bin', 'source-kommo.js');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Where {
  cwd?: string;
  environment?: Record<string, string>;
  input?: string;
}

/** Our programs name their Node as `env node`: the one that runs this script comes first. */
function environmentWith(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  return { ...process.env, NO_COLOR: '1', DO_NOT_TRACK: '1', ...more, PATH };
}

/** Runs a program to its end. */
export function run(command: readonly string[], { cwd, environment, input }: Where = {}): Promise<Ended> {
  const [program, ...args] = command as [string, ...string[]];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: cwd ?? workshop, env: environmentWith(environment) });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
  });
}

/** Runs a program that has to succeed, and gives its stdout; the error holds the end of what it said. */
export async function must(command: readonly string[], where: Where = {}): Promise<string> {
  const { code, stdout, stderr } = await run(command, where);
  if (code !== 0) {
    const said = `${stdout}\n${stderr}`
      .trim()
      .split('\n')
      .slice(-12)
      .map((line) => line.slice(0, 300))
      .join('\n');
    throw new Error(`${command.slice(0, 4).join(' ')} ended with ${code}:\n${said}`);
  }
  return stdout;
}

/** Throws an error with `message` unless `condition` holds. */
export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
