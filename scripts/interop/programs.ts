import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Outcome, must as programMust, run as runProgram } from '../run-program.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));
/** Everything that the interop tests make; git-ignored. */
export const workshop = join(root, '.interop');
export const tap = join(root, 'bin', 'tap-kommo.js');
export const source = join(root, 'bin', 'source-kommo.js');

interface Where {
  cwd?: string;
  environment?: Record<string, string>;
  input?: string;
}

/** Our programs name their Node as `env node`: the one that runs this script comes first. */
function placed({ cwd = workshop, environment, input }: Where) {
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  return {
    folder: cwd,
    environment: { ...process.env, NO_COLOR: '1', DO_NOT_TRACK: '1', ...environment, PATH },
    input,
  };
}

/** Runs a program to its end. */
export function run([program, ...args]: readonly string[], where: Where = {}): Promise<Outcome> {
  return runProgram(program!, args, placed(where));
}

/** Runs a program that has to succeed, and gives its stdout; the error holds the end of what it said. */
export function must([program, ...args]: readonly string[], where: Where = {}): Promise<string> {
  return programMust(program!, args, placed(where));
}

/** Throws an error with `message` unless `condition` holds. */
export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
