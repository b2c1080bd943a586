import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Starts a program of the package as a user does: its own process, nothing of the tests inside. */
export function startProgram(name: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { KOMMO_SUBDOMAIN: _, KOMMO_API_KEY: __, ...inherited } = process.env;
  return spawn(process.execPath, [join(root, 'bin', `${name}.js`), ...args], {
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Starts a command line, in which the first word names a program of the package. */
export function startShell(commandLine: string) {
  const [name, ...rest] = commandLine.split(' ');
  const script = `"${process.execPath}" "${join(root, 'bin', `${name}.js`)}" ${rest.join(' ')}`;
  return spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a program to its end and returns what it said. */
export function runProgram(
  name: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return ended(startProgram(name, args, environment));
}

/** What a program that was started has said when it ended. */
export function ended(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Ended> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk) => stdout.push(chunk));
  child.stderr.on('data', (chunk) => stderr.push(chunk));
  const { promise, resolve } = Promise.withResolvers<Ended>();
  child.on('close', (code, signal) =>
    resolve({
      code,
      signal,
      stdout: Buffer.concat(stdout).toString(),
      stderr: Buffer.concat(stderr).toString(),
    }),
  );
  return promise;
}

/** Writes files into a new directory and returns their paths by name; objects become JSON. */
export function writeFiles<Name extends string>(files: Record<Name, unknown>): Record<Name, string> {
  const directory = mkdtempSync(join(tmpdir(), 'source-kommo-'));
  const paths = {} as Record<Name, string>;
  for (const [name, content] of Object.entries(files) as [Name, unknown][]) {
    paths[name] = join(directory, name);
    writeFileSync(paths[name], typeof content === 'string' ? content : JSON.stringify(content));
  }
  return paths;
}
