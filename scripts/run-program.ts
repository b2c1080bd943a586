import { spawn } from 'node:child_process';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Where {
  folder?: string;
  environment?: NodeJS.ProcessEnv;
  /** What it reads from stdin; nothing where this is absent. */
  input?: string | undefined;
}

/** Runs a program to its end, without blocking: a simulated account answers from this process. */
export function run(program: string, given: readonly string[], where: Where = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, given, { cwd: where.folder, env: where.environment });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
    // Who ends without reading it is not at fault for that.
    child.stdin.on('error', () => {});
    child.stdin.end(where.input ?? '');
  });
}

/** Runs a program that has to succeed and gives its stdout; the error tells the end of what it said. */
export async function must(program: string, given: readonly string[], where: Where = {}): Promise<string> {
  const { code, stdout, stderr } = await run(program, given, where);
  if (code === 0) return stdout;
  const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n');
  throw new Error(`${[program, ...given].join(' ').slice(0, 200)} ended with ${code}:\n${said}`);
}

/** Whether the program is there and succeeds. */
export async function works(program: string, given: readonly string[]): Promise<boolean> {
  return run(program, given).then(
    ({ code }) => code === 0,
    () => false,
  );
}
