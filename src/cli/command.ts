import { describeTerms, wrapWords } from '../word-wrap.ts';
import type { Context } from './context.ts';
import {
  describeFlags,
  type Flags,
  type FlagValues,
  parseCommandLine,
  refuseOperands,
  requiredFlags,
} from './flags.ts';

/** One verb of a program. */
export interface Command {
  /** What follows the program on the command line; undefined where the program is the command. */
  readonly name?: string;
  /** Does its work and returns the exit code. What it throws is reported by `fail`. */
  run(context: Context): Promise<number>;
  /** Tells the world about an error in the command's own language; a line on stderr where there is none. */
  fail?(context: Context, error: unknown): Promise<void>;
}

/** A command whose flags are parsed, and whose `--help` is printed, from one table. */
export function defineCommand<F extends Flags>(definition: {
  name: string;
  summary: string;
  /** What may stand beside the flags, for `--help`; nothing may where it is absent. */
  operands?: string;
  /** What the operands may be. */
  terms?: readonly (readonly [string, string])[];
  flags: F;
  run(context: Context, flags: FlagValues<F>, operands: readonly string[]): Promise<number>;
  fail?: Command['fail'];
}): Command {
  const { name, summary, operands, terms = [], flags, fail } = definition;
  return {
    name,
    async run(context) {
      if (asksForHelp(context.arguments)) {
        const usage = [context.program, name, operands, ...requiredFlags(flags), '[flags]']
          .filter(Boolean)
          .join(' ');
        const about = [wrapWords(summary).join('\n'), describeTerms(terms, 28), describeFlags(flags)];
        await context.stdout.write([usage, ...about].filter((text) => text !== '').join('\n\n'));
        return 0;
      }
      const given = parseCommandLine(flags, context.arguments);
      if (operands === undefined) refuseOperands(given.operands);
      return definition.run(context, given.flags, given.operands);
    },
    ...(fail && { fail }),
  };
}

export function asksForHelp(given: readonly string[]): boolean {
  return given.includes('--help') || given.includes('-h');
}
