import { parseArgs } from 'node:util';
import { UsageError } from '../errors.ts';
import { describeTerms } from '../word-wrap.ts';

export interface Flag {
  type: 'string' | 'boolean';
  /** What it does, for `--help`. */
  summary: string;
  /** How `--help` calls the value: `FILE`. */
  placeholder?: string;
  required?: boolean;
}

export type Flags = Readonly<Record<string, Flag>>;

export type FlagValues<F extends Flags> = {
  [Name in keyof F]: F[Name] extends { type: 'boolean' }
    ? boolean
    : F[Name] extends { required: true }
      ? string
      : string | undefined;
};

/** The values of `flags` in `given`; anything else than those flags is a UsageError of one line. */
export function parseFlags<F extends Flags>(flags: F, given: readonly string[]): FlagValues<F> {
  const line = parseCommandLine(flags, given);
  refuseOperands(line.operands);
  return line.flags;
}

export function refuseOperands([first]: readonly string[]): void {
  if (first !== undefined) throw new UsageError(`unexpected argument ${first}`);
}

/** The values of `flags` in `given`, and the words beside them; a flag that is not known is a UsageError of one line. */
export function parseCommandLine<F extends Flags>(
  flags: F,
  given: readonly string[],
): { flags: FlagValues<F>; operands: string[] } {
  const options = Object.fromEntries(Object.entries(flags).map(([name, { type }]) => [name, { type }]));
  const { tokens } = parseArgs({ args: [...given], options, strict: false, tokens: true });
  const values: Record<string, string | boolean | undefined> = {};
  const operands: string[] = [];
  for (const [name, flag] of Object.entries(flags))
    values[name] = flag.type === 'boolean' ? false : undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
    if (flag === undefined) throw new UsageError(`unknown flag ${token.rawName}`);
    values[token.name] = readValue(flag, token);
  }
  for (const [name, flag] of Object.entries(flags)) {
    if (flag.required && values[name] === undefined) throw new UsageError(`missing ${withValue(name, flag)}`);
  }
  return { flags: values as FlagValues<F>, operands };
}

function readValue(
  flag: Flag,
  token: { rawName: string; value: string | undefined; inlineValue: boolean | undefined },
): string | boolean {
  if (flag.type === 'boolean') {
    if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value`);
    return true;
  }
  const looksLikeFlag = token.inlineValue === false && token.value?.startsWith('-') === true;
  if (token.value === undefined || token.value === '' || looksLikeFlag) {
    throw new UsageError(`${token.rawName} needs a value: ${flag.placeholder ?? 'VALUE'}`);
  }
  return token.value;
}

/** The flags that a command cannot do without, with their placeholders. */
export function requiredFlags(flags: Flags): string[] {
  return Object.entries(flags).flatMap(([name, flag]) => (flag.required ? [withValue(name, flag)] : []));
}

function withValue(name: string, flag: Flag): string {
  return flag.type === 'boolean' ? `--${name}` : `--${name} ${flag.placeholder ?? 'VALUE'}`;
}

/** The flags and what they do, for `--help`. */
export function describeFlags(flags: Flags): string {
  const terms = Object.entries(flags).map(([name, flag]): [string, string] => [
    withValue(name, flag),
    flag.required ? `${flag.summary} (required)` : flag.summary,
  ]);
  return describeTerms([...terms, ['--help', 'this text']]);
}
