import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../../src/cli/commands.ts';
import { performHere } from '../cli/in-process.ts';
import { root } from '../cli/program.ts';
import { textOf } from './page.ts';

const scripts = Object.keys(JSON.parse(textOf('package.json')).scripts);

/** Programs that a reader has or is told to install. */
const strangers = new Set(
  'cd curl docker echo exit export flock git jq meltano mv pipx set sqlite3 tail target-jsonl touch'.split(
    ' ',
  ),
);

/** The commands that a piece of shell would run, one list of words each; with those in `sh -c '…'`. */
export function commandsIn(shell: string): string[][] {
  return shell
    .replaceAll(/\\\n/g, ' ')
    .replaceAll(/(^|\s)#.*$/gm, '')
    .replaceAll(/'([^'\n]*)'/g, (_, quoted: string) => (quoted.startsWith('npx ') ? `\n${quoted}\n` : 'TEXT'))
    .replaceAll(/"[^"\n]*"/g, 'TEXT')
    .split(/\n|&&|\|\||\||;/)
    .map((command) => command.trim().split(/\s+/))
    .filter(([program]) => program);
}

/** What is wrong with a command of the documentation, as far as one can see without running it. */
export async function problemsOf(words: readonly string[]): Promise<string[]> {
  const [program = '', ...rest] = words;
  const own = words.findIndex((word) => /(^|\/)(source-kommo|tap-kommo)(\.js)?$/.test(word));
  if (program === 'npm') return npmProblems(rest);
  if (program === 'docker' && rest[0] === 'run') return await imageProblems(words);
  if (program === 'npx' && rest[0] === 'vitest') return filesMissing(rest.slice(2));
  if (program === 'npx' && own !== 1) return [`npx ${rest[0]} is no program of this package`];
  if (own !== -1 && (own === 0 || program === 'npx' || program === 'flock')) {
    return await ownProblems(words.slice(own));
  }
  return strangers.has(program) ? [] : [`nobody knows ${program}`];
}

async function ownProblems([program = '', ...given]: readonly string[]): Promise<string[]> {
  const isTap = program.includes('tap-kommo');
  const [name = '', ...rest] = isTap ? ['tap-kommo', ...given] : given;
  if (name.startsWith('-')) return [];
  if (!isTap && !Object.hasOwn(commands, name)) return [`source-kommo has no command ${name}`];
  const known = await flagsOf(name);
  return flagsIn(rest)
    .filter((flag) => !known.includes(flag))
    .map((flag) => `${name} has no flag ${flag}`);
}

/** `docker run [flags] source-kommo …`: what follows the image goes to its entrypoint. */
async function imageProblems(words: readonly string[]): Promise<string[]> {
  const image = words.lastIndexOf('source-kommo');
  if (image === -1) return [`no image of ours in ${words.join(' ')}`];
  const entrypoint = words.indexOf('--entrypoint');
  return await ownProblems([
    entrypoint === -1 ? 'source-kommo' : words[entrypoint + 1]!,
    ...words.slice(image + 1),
  ]);
}

function npmProblems([verb = '', name = '']: readonly string[]): string[] {
  if (['ci', 'pack', 'install'].includes(verb)) return [];
  const script = verb === 'run' ? name : verb;
  return scripts.includes(script) ? [] : [`npm has no script ${script}`];
}

function filesMissing(paths: readonly string[]): string[] {
  return paths.filter((path) => !path.startsWith('-') && !existsSync(join(root, path)));
}

export function flagsIn(words: readonly string[]): string[] {
  return words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split('=', 1)[0]!);
}

/** Every flag of every command. */
export async function flagsOfAll(): Promise<string[]> {
  return (await Promise.all(['tap-kommo', ...Object.keys(commands)].map(flagsOf))).flat();
}

/** Every flag that the help of a command knows. */
async function flagsOf(command: string): Promise<string[]> {
  const isTap = command === 'tap-kommo';
  const { code, stdout } = await performHere(isTap ? ['--help'] : [command, '--help'], {
    program: isTap ? 'tap-kommo' : 'source-kommo',
  });
  if (code !== 0) throw new Error(`${command} --help ended with ${code}`);
  return [...stdout.matchAll(/(?<![\w-])--?[a-z][a-z-]*/g)].map(([flag]) => flag);
}
