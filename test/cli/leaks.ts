/** The search for secrets in all that the program writes in any test; program.ts and in-process.ts let nothing by. */
import { existsSync, readFileSync } from 'node:fs';

/** Tokens, codes and client secrets as a simulated account makes them, also when they are cut. */
const shapes = /eyJ0eXAiOiJKV1Qi|def50200[0-9a-f]{8}/;

/** Shorter ones are words of tests that are about other things. */
const shortestSecret = 8;

/** What a program has to keep to itself, as far as its arguments and its environment tell. */
export function secretsOf(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  const configs = valuesOf(args, '--config').map(readSettings);
  const variables = Object.entries(environment).filter(([name]) => /^(TAP_)?KOMMO_/.test(name));
  return [...configs.flatMap((config) => secretsIn(config)), ...secretsIn(Object.fromEntries(variables))];
}

/** Where a program wrote one of `secrets`, or anything that looks like a token; the line without it. */
export function leaksOf(
  args: readonly string[],
  written: { stdout: string; stderr: string },
  secrets: readonly string[],
): string[] {
  // To print a token is what the simulator is for.
  if (args.includes('simulator')) return [];
  const databases = [...valuesOf(args, '--to'), ...valuesOf(args, '--db')];
  const configs = valuesOf(args, '--config');
  const files = databases.flatMap((file) => (configs.includes(file) ? [] : [file, `${file}-wal`]));
  const texts = [
    ...Object.entries(written),
    ...files.filter((file) => existsSync(file)).map((file) => [file, readFileSync(file, 'latin1')] as const),
  ];
  return texts.flatMap(([place, text]) => {
    const isSuspect = (part: string) => shapes.test(part) || secrets.some((secret) => part.includes(secret));
    if (!isSuspect(text)) return [];
    return text
      .split('\n')
      .filter((line) => isSuspect(line) && !isControl(line))
      .map((line) => `${place}: ${line.slice(0, 300)}`);
  });
}

/** Throws where a program let a secret out. */
export function expectNoLeaks(...given: Parameters<typeof leaksOf>): void {
  const leaks = leaksOf(...given);
  if (leaks.length > 0) throw new Error(`${given[0].join(' ')} let a secret out:\n${leaks.join('\n')}`);
}

/** The one message that hands new tokens over to the platform (airbyte.md §7). */
function isControl(line: string): boolean {
  return line.startsWith('{"type":"CONTROL"');
}

function valuesOf(args: readonly string[], flag: string): string[] {
  return args.flatMap((arg, index) => (args[index - 1] === flag ? [arg] : []));
}

function readSettings(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function secretsIn(value: unknown, name = ''): string[] {
  if (typeof value === 'string') {
    return /token$|secret|password|api_key|credentials/i.test(name) && value.length >= shortestSecret
      ? [value]
      : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => secretsIn(inner, key));
}
