import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { newFolder } from '../new-folder.ts';
import { expectNoLeaks, secretsOf } from './leaks.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Starts a program of the package as a user does: its own process, nothing of the tests inside. */
export function startProgram(
  name: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  cwd = process.cwd(),
) {
  const { KOMMO_SUBDOMAIN: _, KOMMO_API_KEY: __, ...inherited } = process.env;
  const program = spawn(process.execPath, [join(root, 'bin', `${name}.js`), ...args], {
    cwd,
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  secrets.set(program, secretsOf(args, environment));
  return program;
}

/** What each program that was started knows and must not tell. */
const secrets = new WeakMap<object, string[]>();

/** Starts a command line, in which the first word names a program of the package, in a shell that is prepared so. */
export function startShell(commandLine: string, preparation = '') {
  const [name, ...rest] = commandLine.split(' ');
  const script = `"${process.execPath}" "${join(root, 'bin', `${name}.js`)}" ${rest.join(' ')}`;
  return spawn('/bin/sh', ['-c', preparation + script], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a program to its end and returns what it said. */
export function runProgram(
  name: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  cwd?: string,
): Promise<Ended> {
  return ended(startProgram(name, args, environment, cwd));
}

/** What a program that was started has said when it ended. Rejects when there is a secret in it. */
export function ended(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Ended> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk) => stdout.push(chunk));
  child.stderr.on('data', (chunk) => stderr.push(chunk));
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  child.on('close', (code, signal) => {
    const written = {
      stdout: Buffer.concat(stdout).toString(),
      stderr: Buffer.concat(stderr).toString(),
    };
    try {
      const args = child.spawnargs.slice(2);
      // Meanwhile there may be new tokens in the config.
      expectNoLeaks(args, written, [...(secrets.get(child) ?? []), ...secretsOf(args, {})]);
      resolve({ code, signal, ...written });
    } catch (error) {
      reject(error);
    }
  });
  return promise;
}

/** Writes files into a new directory and returns their paths by name; objects become JSON. */
export function writeFiles<Name extends string>(files: Record<Name, unknown>): Record<Name, string> {
  const directory = newFolder();
  const paths = {} as Record<Name, string>;
  for (const [name, content] of Object.entries(files) as [Name, unknown][]) {
    paths[name] = join(directory, name);
    writeFileSync(paths[name], typeof content === 'string' ? content : JSON.stringify(content));
  }
  return paths;
}
