import { wrapWords } from '../word-wrap.ts';
import type { Context } from './context.ts';
import { describeFlags, type Flags, type FlagValues, parseFlags, requiredFlags } from './flags.ts';

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
  flags: F;
  run(context: Context, flags: FlagValues<F>): Promise<number>;
  fail?: Command['fail'];
}): Command {
  const { name, summary, flags, fail } = definition;
  return {
    name,
    async run(context) {
      if (asksForHelp(context.arguments)) {
        const usage = [context.program, name, ...requiredFlags(flags), '[flags]'].join(' ');
        const about = wrapWords(summary).join('\n');
        await context.stdout.write(`${usage}\n\n${about}\n\n${describeFlags(flags)}`);
        return 0;
      }
      return definition.run(context, parseFlags(flags, context.arguments));
    },
    ...(fail && { fail }),
  };
}

export function asksForHelp(given: readonly string[]): boolean {
  return given.includes('--help') || given.includes('-h');
}
